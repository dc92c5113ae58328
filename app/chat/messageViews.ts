// One message as the screen shows it: names in place of ids, reactions counted, the quoted original, the ticks.
import { hybridTimeToMs } from '../doc/hybridTime.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { deliveryOf, deliveryTo } from './receipts.ts';
import { endOf, isFleeting } from './fleeting.ts';
import type { EventView, MessageView, PersonView, ReactionView } from './views.ts';

export const nameIn = (chat: StoredChat, user: string): string => chat.names[user]?.name ?? '';
export const personIn = (chat: StoredChat, user: string, selfUser: string): PersonView => ({
  userId: user,
  name: nameIn(chat, user),
  isSelf: user === selfUser,
});

function bodyOf({ kind, text, seconds = 0 }: StoredMessage): MessageView['body'] {
  switch (kind) {
    case 'text':
      return { kind, text };
    case 'timer':
      return { kind, seconds };
    default:
      return { kind };
  }
}

/** Long enough for a quote of two lines. */
const quoteLength = 200;

export function createMessageViews(chat: StoredChat, selfUser: string) {
  const person = (user: string) => personIn(chat, user, selfUser);

  function reactionsOf(message: StoredMessage): readonly ReactionView[] {
    const byEmoji = new Map<string, { count: number; isOwn: boolean; names: string[]; at: number }>();
    for (const [user, { emoji, at }] of Object.entries(message.reactions)) {
      if (emoji === '') continue;
      const entry = byEmoji.get(emoji) ?? { count: 0, isOwn: false, names: [], at };
      entry.count++;
      entry.at = Math.min(entry.at, at);
      if (user === selfUser) entry.isOwn = true;
      else entry.names.push(nameIn(chat, user));
      byEmoji.set(emoji, entry);
    }
    return [...byEmoji]
      .toSorted(([a, x], [b, y]) => y.count - x.count || x.at - y.at || (a < b ? -1 : 1))
      .map(([emoji, { count, isOwn, names }]) => ({ emoji, count, isOwn, names: names.toSorted() }));
  }

  function replyOf(message: StoredMessage, originals: ReadonlyMap<string, StoredMessage>) {
    const messageId = message.replyTo;
    if (messageId === undefined || message.kind === 'deleted') return {};
    const original = originals.get(messageId);
    const isHere = original?.chat === chat.id && !original.isHidden;
    const isGone = original !== undefined && (isHere ? original.kind === 'deleted' : isFleeting(original));
    const state = isGone ? 'deleted' : isHere ? 'present' : 'missing';
    return {
      replyTo: {
        messageId,
        authorName: isHere ? nameIn(chat, original.author) : '',
        isSelf: isHere && original.author === selfUser,
        text: isHere ? original.text.slice(0, quoteLength) : '',
        state,
      } as const,
    };
  }

  return {
    toView(message: StoredMessage, originals: ReadonlyMap<string, StoredMessage>): MessageView {
      const isTracked = message.author === selfUser && chat.kind !== 'notes';
      const others = chat.members.filter((member) => member.user !== selfUser);
      return {
        messageId: message.id,
        author: person(message.author),
        sentAtMs: hybridTimeToMs(message.at),
        body: bodyOf(message),
        ...(isFleeting(message) ? { goneAtMs: endOf(message) } : {}),
        isEdited: message.edit !== undefined && message.kind === 'text',
        ...replyOf(message, originals),
        reactions: reactionsOf(message),
        ...(isTracked
          ? {
              delivery: deliveryOf(chat, message, selfUser),
              receipts: others.map(({ user }) => ({
                person: person(user),
                state: deliveryTo(chat, message, user),
              })),
            }
          : {}),
        isVerified: message.isVerified,
      };
    },
    events(): readonly EventView[] {
      return [
        { eventId: 'created', atMs: chat.createdAt, kind: 'chat-created', person: person(chat.creator) },
      ];
    },
  };
}
