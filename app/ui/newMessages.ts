// What to say about a change of the chat list: a message that has just come in from somebody else. Pure. The first
// list, and what a long absence brings all at once, is history and stays silent or becomes one number.
import type { ChatRowView } from '../chat/views.ts';

export interface NewMessage {
  readonly senderName: string;
  readonly text: string;
}

export function newMessagesIn(
  before: readonly ChatRowView[],
  now: readonly ChatRowView[],
): readonly NewMessage[] {
  const rowById = new Map(before.map((row) => [row.chatId, row]));
  return now.flatMap((row) => {
    const old = rowById.get(row.chatId);
    const { preview } = row;
    if (old === row || !preview || preview.isOwn || preview.kind !== 'text') return [];
    const isNewer = row.atMs > (old?.atMs ?? 0);
    // An edit or a reaction changes a row too, but not what is last in it.
    const isOther = old?.preview?.text !== preview.text || row.unreadCount > old.unreadCount;
    return isNewer && isOther ? [{ senderName: preview.senderName, text: preview.text }] : [];
  });
}
