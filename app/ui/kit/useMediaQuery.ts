// Whether a media query holds, followed as the window changes. Layout belongs in CSS; this is for what behaves
// differently.
import { useCallback, useSyncExternalStore } from 'react';

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** Two panes side by side: must say the same as the `wide` variant in styles.css. */
export const useIsWide = () => useMediaQuery('(width >= 48rem)');
/** Fingers rather than a mouse: Enter breaks lines, and a keyboard takes half of the screen. */
export const useIsTouch = () => useMediaQuery('(pointer: coarse)');
