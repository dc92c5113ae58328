// Going back: along the history where one came from inside the app, so that Back and the browser's own button agree.

/** Given with a link, so that the page it leads to knows that there is a way back. */
export const fromInside = { isFromInside: true } as const;

export function leaveTo(
  path: string,
  navigate: (path: string, options?: { replace?: boolean }) => void,
): void {
  const state: unknown = history.state;
  const isFromInside = typeof state === 'object' && state !== null && 'isFromInside' in state;
  if (isFromInside) history.back();
  else navigate(path, { replace: true });
}
