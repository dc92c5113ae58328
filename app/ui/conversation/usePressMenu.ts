// All ways by pointer to a message's menu: right click, and a long press on touch. What follows a long press (the click,
// the browser's own menu) is kept from doing anything.
import { type MouseEvent, type PointerEvent, useRef } from 'react';

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
