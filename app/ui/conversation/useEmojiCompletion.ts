// `:smi` before the cursor offers emoji by name. The list of names is loaded when the first colon asks for it.
import { useEffect, useMemo, useState } from 'react';
import type { EmojiEntry } from '../kit/words/emoji.en.ts';

const pattern = /(?:^|\s):([a-z0-9_+-]{2,24})$/i;
const mostShown = 6;

export interface EmojiCompletion {
  readonly options: readonly EmojiEntry[];
  readonly activeIndex: number;
  readonly move: (step: number) => void;
  readonly close: () => void;
  /** The text with the name before the cursor replaced, and where the cursor goes. */
  readonly complete: (option: EmojiEntry) => { readonly text: string; readonly cursor: number };
}

export const emojiQuery = (beforeCursor: string): string | undefined =>
  pattern.exec(beforeCursor.slice(-32))?.[1]?.toLowerCase();

/** Names that begin with what was typed come first. */
export function findEmoji(
  entries: readonly EmojiEntry[],
  query: string,
  most: number,
): readonly EmojiEntry[] {
  const wanted = query.replaceAll(/[_-]/g, ' ');
  const starts = entries.filter(([, names]) => names.startsWith(wanted));
  const within = entries.filter(
    ([, names]) => !names.startsWith(wanted) && ` ${names}`.includes(` ${wanted}`),
  );
  return [...starts, ...within].slice(0, most);
}

export function useEmojiCompletion(text: string, cursor: number): EmojiCompletion {
  const [entries, setEntries] = useState<readonly EmojiEntry[]>();
  const [active, setActive] = useState({ query: '', index: 0 });
  const [closedFor, setClosedFor] = useState<string>();
  const before = text.slice(0, cursor);
  const query = emojiQuery(before);

  useEffect(() => {
    if (query === undefined || entries) return;
    import('../kit/words/emoji.en.ts').then(({ emoji }) => setEntries(emoji), console.error);
  }, [query, entries]);

  const options = useMemo(
    () =>
      query === undefined || !entries || closedFor === query ? [] : findEmoji(entries, query, mostShown),
    [query, entries, closedFor],
  );
  // Another name begins at the top again.
  const activeIndex = active.query === query ? Math.min(active.index, options.length - 1) : 0;
  return {
    options,
    activeIndex,
    move: (step) =>
      setActive({ query: query ?? '', index: (activeIndex + step + options.length) % options.length }),
    close: () => setClosedFor(query),
    complete([emoji]) {
      const start = before.length - (query?.length ?? 0) - 1;
      return {
        text: `${text.slice(0, start)}${emoji} ${text.slice(cursor)}`,
        cursor: start + emoji.length + 1,
      };
    },
  };
}
