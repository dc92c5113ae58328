// F6 moves the focus from one part of the screen to the next: list, then what is open, and around.
import type { RefObject } from 'react';
import { useShortcut } from './kit/useShortcut.ts';

const stops =
  'textarea, [tabindex="0"], a[href]:not([tabindex="-1"]), button:not([tabindex="-1"]):enabled, input';

export function useRegions(container: RefObject<HTMLElement | null>): void {
  function step(by: number): void {
    const all = Array.from(container.current?.querySelectorAll<HTMLElement>('[data-region]') ?? []);
    const regions = all.filter((region) => region.checkVisibility({ visibilityProperty: true }));
    if (regions.length === 0) return;
    const at = regions.findIndex((region) => region.contains(document.activeElement));
    const next = regions[(at + by + regions.length) % regions.length];
    // The field of a conversation, the rows of a list: what one most likely came for.
    const target =
      next?.querySelector<HTMLElement>('textarea') ??
      next?.querySelector<HTMLElement>('[data-row-key][tabindex="0"]') ??
      next?.querySelector<HTMLElement>(stops);
    target?.focus();
  }
  useShortcut('next-region', () => step(1));
  useShortcut('previous-region', () => step(-1));
}
