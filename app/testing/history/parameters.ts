// What history is asked for, and how it spreads: like people's, a few chats hold most of what was said, and most chats
// are small. Pure, so that the page and whoever starts it mean the same.

export interface HistoryParameters {
  readonly chats: number;
  /** In all chats together; what changes a message (reactions, edits) comes on top. */
  readonly messages: number;
}
/** A new one whenever what is written changes, or how rows are made: profiles of an older one are made again. */
export const historyVersion = 8;

export const historyName = ({ chats, messages }: HistoryParameters): string =>
  `v${historyVersion}-${chats}-chats-${messages}-messages`;

/** Messages of each chat, the largest first: Zipf's law, with the first ranks held back, so that the largest of 200
 * chats has an eighth of all. Each has at least one. */
export function sizesOf({ chats, messages }: HistoryParameters): readonly number[] {
  const weights = Array.from({ length: chats }, (_, rank) => 1 / (rank + 2) ** 1.1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const sizes = weights.map((weight) => Math.max(1, Math.floor((messages * weight) / sum)));
  const others = sizes.slice(1).reduce((total, size) => total + size, 0);
  return [Math.max(1, messages - others), ...sizes.slice(1)];
}
