// Tells when the reader moves the list with their own hand: wheel, finger, keys, scrollbar. The list moves itself too,
// when rows come, go or turn out taller than thought, and a scroll event does not say whose it is.
import { type RefObject, useEffect, useEffectEvent } from 'react';

export type Pull = 'up' | 'down';

/** A finger that rests is never quite still. */
const restlessPx = 2;

function pullOfKey({ key, shiftKey }: KeyboardEvent): Pull | undefined {
  if (key === 'ArrowUp' || key === 'PageUp' || key === 'Home' || (key === ' ' && shiftKey)) return 'up';
  if (key === 'ArrowDown' || key === 'PageDown' || key === 'End' || key === ' ') return 'down';
  return undefined;
}

export function usePull(scroller: RefObject<HTMLElement | null>, onPull: (pull: Pull) => void): void {
  const pulled = useEffectEvent(onPull);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    let touchY = 0;
    let top = 0;
    let isScrollbarHeld = false;
    const said = new AbortController();
    const options = { passive: true, signal: said.signal };
    const tell = (px: number) => px !== 0 && pulled(px < 0 ? 'up' : 'down');

    element.addEventListener('wheel', ({ deltaY, ctrlKey }) => void (!ctrlKey && tell(deltaY)), options);
    element.addEventListener(
      'touchstart',
      ({ touches }) => void (touchY = touches[0]?.clientY ?? 0),
      options,
    );
    element.addEventListener(
      'touchmove',
      ({ touches }) => {
        const y = touches[0]?.clientY ?? touchY;
        if (Math.abs(y - touchY) <= restlessPx) return;
        tell(touchY - y);
        touchY = y;
      },
      options,
    );
    element.addEventListener(
      'keydown',
      (event) => {
        const pull = pullOfKey(event);
        if (pull) pulled(pull);
      },
      options,
    );
    element.addEventListener(
      'pointerdown',
      ({ target, offsetX }) => {
        isScrollbarHeld = target === element && (offsetX < 0 || offsetX >= element.clientWidth);
        top = element.scrollTop;
      },
      options,
    );
    element.addEventListener(
      'scroll',
      () => {
        if (isScrollbarHeld) tell(element.scrollTop - top);
        top = element.scrollTop;
      },
      options,
    );
    // Not every browser tells that a scrollbar was let go, but the pointer moves on without a button.
    const release = ({ type, buttons }: PointerEvent) => {
      if (type !== 'pointermove' || buttons === 0) isScrollbarHeld = false;
    };
    for (const type of ['pointerup', 'pointercancel', 'pointermove'] as const)
      window.addEventListener(type, release, options);
    return () => said.abort();
  }, [scroller]);
}
