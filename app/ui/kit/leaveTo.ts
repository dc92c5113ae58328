// Going back: along the history where one came from inside the app, so that Back and the browser's own button agree.

/** Given with a link, so that the page it leads to knows that there is a way back. */
export const fromInside = { isFromInside: true } as const;

export function leaveTo(
  path: string,
  navigate: (path: string, options?: { replace?: boolean }) => void,
): void {
  if ('navigation' in window) {
    // What lies between was open beside the list, when there was room: one step back would lead there.
    const earlier = window.navigation.entries().slice(0, window.navigation.currentEntry?.index ?? 0);
    const there = earlier.findLast(({ url }) => url !== null && new URL(url).pathname === path);
    if (there) window.navigation.traverseTo(there.key);
    else navigate(path, { replace: true });
    return;
  }
  const state: unknown = history.state;
  const isFromInside = typeof state === 'object' && state !== null && 'isFromInside' in state;
  if (isFromInside) history.back();
  else navigate(path, { replace: true });
}
