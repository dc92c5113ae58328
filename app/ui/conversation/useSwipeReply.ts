// On touch, a message drawn sideways is answered. The list keeps scrolling up and down; only a clearly sideways move
// takes hold.
import { type PointerEvent, useRef } from 'react';

const holdPx = 14;
const replyPx = 56;
const furthestPx = 72;

export function useSwipeReply(onReply: () => void) {
  const swipe = useRef<{ x: number; y: number; isHeld: boolean; byPx: number }>(undefined);

  function move(element: HTMLElement, byPx: number): void {
    element.style.transition = byPx === 0 ? 'transform 160ms' : 'none';
    element.style.transform = byPx === 0 ? '' : `translateX(${byPx}px)`;
  }

  function end(event: PointerEvent<HTMLElement>, counts: boolean): void {
    const done = swipe.current;
    swipe.current = undefined;
    if (!done?.isHeld) return;
    move(event.currentTarget, 0);
    if (counts && Math.abs(done.byPx) >= replyPx) onReply();
  }

  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.pointerType === 'mouse' || !event.isPrimary) return;
      swipe.current = { x: event.clientX, y: event.clientY, isHeld: false, byPx: 0 };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const now = swipe.current;
      if (!now) return;
      const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
      const inward = (event.clientX - now.x) * (isRtl ? -1 : 1);
      if (!now.isHeld && Math.abs(event.clientY - now.y) > holdPx) swipe.current = undefined;
      else if (now.isHeld || inward > holdPx) {
        now.isHeld = true;
        now.byPx = Math.min(furthestPx, Math.max(0, inward - holdPx)) * (isRtl ? -1 : 1);
        move(event.currentTarget, now.byPx);
      }
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => end(event, true),
    onPointerCancel: (event: PointerEvent<HTMLElement>) => end(event, false),
  };
}
