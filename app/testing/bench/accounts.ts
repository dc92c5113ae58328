// The generated accounts that the app is measured with, and where to find the app in them. The full sizes are the
// promise's; a smaller scale is for whoever works on the bench itself.
import { resolve } from 'node:path';
import type { HistoryParameters } from '../history/parameters.ts';

export const accounts = {
  large: { chats: 200, messages: 500_000 },
  small: { chats: 20, messages: 5_000 },
  longChat: { chats: 1, messages: 1_000_000 },
  shortChat: { chats: 1, messages: 1_000 },
} as const satisfies Readonly<Record<string, HistoryParameters>>;

/** Small accounts stay as they are: what doesn't grow needs no shrinking. */
export const scaled = ({ chats, messages }: HistoryParameters, scale: number): HistoryParameters => ({
  chats,
  messages: Math.max(Math.min(messages, 5_000), Math.round(messages * scale)),
});

/** The app as it was built for this run. */
export const appPages = resolve(import.meta.dirname, '../../../dist');
/** A chat of the list. */
export const appRow = '[data-testid="chat-list"] a';

/** Beside the figures, so that a reader of lines reads figures only. */
export const sayProgress = (line: string): void => void process.stderr.write(`${line}\n`);
