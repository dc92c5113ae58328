// The ways to a message's menu: right click, a long press on touch, and keys; and whether the pointer or the focus is on
// it. What follows a long press (the click, the browser's own menu) is kept from doing anything.
import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useRef,
  useState,
} from 'react';

const pressMs = 450;
const slipPx = 10;

export function usePressMenu(open: (x: number, y: number) => void) {
  const press = useRef<{ timer: number; x: number; y: number }>(undefined);
  const firedAtMs = useRef(0);
  const wasJustFired = () => performance.now() - firedAtMs.current < 700;

  function cancel(): void {
    if (press.current) clearTimeout(press.current.timer);
    press.current = undefined;
  }

  return {
    onPointerDown(event: PointerEvent) {
      cancel();
      if (event.pointerType === 'mouse' || !event.isPrimary) return;
      const { clientX: x, clientY: y } = event;
      const timer = window.setTimeout(() => {
        press.current = undefined;
        firedAtMs.current = performance.now();
        open(x, y);
      }, pressMs);
      press.current = { timer, x, y };
    },
    onPointerMove(event: PointerEvent) {
      const start = press.current;
      if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > slipPx) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
    onClickCapture(event: MouseEvent) {
      if (!wasJustFired()) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onContextMenu(event: MouseEvent) {
      // A link keeps the browser's own menu, and so does selected text.
      const isLink = event.target instanceof Element && event.target.closest('a') !== null;
      const isTouch = wasJustFired() || press.current !== undefined;
      if (!isTouch && (isLink || window.getSelection()?.isCollapsed === false)) return;
      event.preventDefault();
      if (wasJustFired()) return;
      cancel();
      if (isTouch) firedAtMs.current = performance.now();
      open(event.clientX, event.clientY);
    },
  };
}

/** Enter, the menu key or Shift+F10 on the row itself; the menu keeps to its bubble. */
export function useMenuKeys(open: (bubble: Element) => void) {
  return {
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
      if (event.target !== event.currentTarget || (event.key !== 'Enter' && !isMenuKey)) return;
      event.preventDefault();
      open(event.currentTarget.querySelector('[data-bubble]') ?? event.currentTarget);
    },
  };
}

export function useHover() {
  const [isOver, setIsOver] = useState(false);
  return {
    isOver,
    handlers: {
      // By the hand that moves the pointer, not by the rows that scroll past below it.
      onPointerMove: ({ pointerType, movementX, movementY }: PointerEvent) =>
        pointerType === 'mouse' && (movementX !== 0 || movementY !== 0) && setIsOver(true),
      onPointerLeave: () => setIsOver(false),
      onFocus: () => setIsOver(true),
      onBlur(event: FocusEvent) {
        const isInside =
          event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
        if (!isInside) setIsOver(false);
      },
    },
  };
}
