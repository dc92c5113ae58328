// One tab stop for a long virtual list: arrows, Home and End move the focus between rows, and the row that had it last
// gets it back.
import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

/** What makes an element a row of such a list. */
export const rovingRow = (key: string, isTabStop: boolean) => ({
  'data-row-key': key,
  tabIndex: isTabStop ? 0 : -1,
});

export const rowSelector = (key: string): string => `[data-row-key="${CSS.escape(key)}"]`;

export interface RovingRows {
  /** The row that Tab reaches. */
  readonly activeKey: string | undefined;
  readonly activeIndex: number;
  readonly focusAt: (index: number) => void;
  /** For the element around the list. */
  readonly handlers: {
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onFocus: (event: FocusEvent) => void;
  };
}

export function useRovingRows(options: {
  keys: readonly string[];
  /** Day separators and the like are passed over. */
  canFocus: (index: number) => boolean;
  initialIndex: number;
  list: RefObject<VirtualizerHandle | null>;
  container: RefObject<HTMLElement | null>;
}): RovingRows {
  const { keys, canFocus, initialIndex, list, container } = options;
  const [lastKey, setLastKey] = useState<string>();
  const found = lastKey === undefined ? -1 : keys.indexOf(lastKey);
  const activeIndex = found === -1 ? initialIndex : found;

  const focusAt = useCallback(
    (index: number) => {
      const key = keys[index];
      if (key === undefined) return;
      setLastKey(key);
      const focus = () => {
        const row = container.current?.querySelector<HTMLElement>(rowSelector(key));
        row?.focus({ preventScroll: true });
        return row !== undefined && row !== null;
      };
      list.current?.scrollToIndex(index, { align: 'nearest' });
      // A row far away is there only after the list has scrolled to it.
      if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
    },
    [keys, list, container],
  );

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!(event.target instanceof HTMLElement) || event.target.dataset['rowKey'] === undefined) return;
    const wayByKey: Readonly<Record<string, readonly [from: number, step: number]>> = {
      ArrowDown: [activeIndex + 1, 1],
      ArrowUp: [activeIndex - 1, -1],
      Home: [0, 1],
      End: [keys.length - 1, -1],
    };
    const way = wayByKey[event.key];
    if (!way) return;
    event.preventDefault();
    const [from, step] = way;
    for (let index = from; index >= 0 && index < keys.length; index += step) {
      if (canFocus(index)) return focusAt(index);
    }
  }

  function onFocus(event: FocusEvent): void {
    const row = event.target.closest<HTMLElement>('[data-row-key]');
    if (row?.dataset['rowKey'] !== undefined) setLastKey(row.dataset['rowKey']);
  }

  return { activeKey: keys[activeIndex], activeIndex, focusAt, handlers: { onKeyDown, onFocus } };
}
