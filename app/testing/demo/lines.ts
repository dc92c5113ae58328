// What the demo's friends say. Told apart by a word of what was said, else the next of a row, so that nobody repeats
// themselves soon.

export interface Answer {
  readonly text?: string;
  readonly emoji?: string;
}
export interface Lines {
  answerTo(said: string, isGroup: boolean): Answer;
  /** Friends don't answer each other, or they would never stop. */
  isFriend(user: string): boolean;
}

const cues: readonly (readonly [RegExp, Answer])[] = [
  [/\b(hi|hello|hey)\b/i, { text: 'Hello! Nice to see you here 👋' }],
  [
    /offline|network|tunnel/i,
    { text: 'Try it: switch the network off, write, and switch it on again.', emoji: '👍' },
  ],
  [
    /secret|encrypt|private|safe/i,
    { text: 'Sealed before it leaves your device. The relay keeps it and cannot read it.' },
  ],
  [/thank/i, { emoji: '❤️' }],
  [/\?\s*$/, { text: 'Good question. Let me sleep on it 🙂' }],
];
const rows: readonly string[] = [
  'Try a reaction: hover over this message, or hold it.',
  'You can edit what you wrote: arrow up in an empty field.',
  'Search finds *every* word of this, also without a network.',
  'Close the tab and open it again. I am still here.',
  'Answer me with a reply: swipe, or press Enter on a message.',
  'Open this address in a second window. Both stay the same.',
];

export function createLines(start: number, isFriend: (user: string) => boolean): Lines {
  let next = start;
  return {
    isFriend,
    answerTo(said, isGroup) {
      const cue = cues.find(([pattern]) => pattern.test(said));
      next++;
      // In a group each friend leaves every other message to somebody else.
      if (isGroup && next % 2 === 0) return { emoji: '👍' };
      return cue?.[1] ?? { text: rows[next % rows.length] ?? '' };
    },
  };
}
