// One tab stop for a long virtual list: arrows, Home and End move the focus between rows, and the row that had it last
// gets it back. Rows carry `data-row-key`.
import { type KeyboardEvent, type RefObject, type FocusEvent, useCallback, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

export interface RovingRows {
  /** The row with tabIndex 0. */
  readonly activeKey: string | undefined;
  readonly activeIndex: number;
  readonly focusAt: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent) => void;
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
        const row = container.current?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`);
        row?.focus({ preventScroll: true });
        return row !== undefined && row !== null;
      };
      list.current?.scrollToIndex(index, { align: 'nearest' });
      // A row far away is there only after the list has scrolled to it.
      if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
    },
    [keys, list, container],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!(event.target instanceof HTMLElement) || !event.target.dataset['rowKey']) return;
    const stepByKey: Readonly<Record<string, readonly [from: number, step: number]>> = {
      ArrowDown: [activeIndex + 1, 1],
      ArrowUp: [activeIndex - 1, -1],
      Home: [0, 1],
      End: [keys.length - 1, -1],
    };
    const way = stepByKey[event.key];
    if (!way) return;
    event.preventDefault();
    const [from, step] = way;
    for (let index = from; index >= 0 && index < keys.length; index += step) {
      if (canFocus(index)) return focusAt(index);
    }
  };

  const onFocus = (event: FocusEvent) => {
    const row = event.target.closest<HTMLElement>('[data-row-key]');
    if (row?.dataset['rowKey'] !== undefined) setLastKey(row.dataset['rowKey']);
  };

  return { activeKey: keys[activeIndex], activeIndex, focusAt, onKeyDown, onFocus };
}
