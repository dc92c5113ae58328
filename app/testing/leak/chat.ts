// What two people do in the leak test: everything that the app can do with words, each thing with words of its own, so
// that a report can say what got out. Invented words: no program, page or protocol contains them by itself.
import { newMessageId } from '../../chat/client.ts';
import type { TimelineView } from '../../chat/views.ts';
import { chatName } from './buildVariant.ts';
import type { Device } from './device.ts';

/** Texts by what they are; `said` are those that travel in records. */
export const said = {
  'note to oneself': 'Nachtfalterkasten bestellen, grüßend an Øskelund',
  'first message': 'The glimmerholt lantern stays in the boathouse ✨',
  reply: 'Räucherfisch am Zwischenhafen, abgemacht',
  'message before its edit': 'Wednesdayish at the Mosswhistle pier',
  'edited text': 'Thursdayish at the Fernwhistle pier',
  'deleted message': 'Saffronbridge combination is under the doormat',
  'hidden message': 'Cobblestork sightings, only for you',
  'message under way': 'Underwayish: the tidewrack bell rang twice',
  'message after a restart': 'Back from the Gorsehollow ferry',
  reaction: '🧑🏿‍🚒🏴‍☠️',
} as const;
export const drafts = { draft: 'Perhapsnever tell her about the Emberlynx' } as const;
export const names = {
  "Ada's name": 'Ottoline Brackenfjord',
  "Ada's later name": 'Ottoline Quartzhollow',
  "Bob's name": 'Casimir Wyldemoor',
} as const;
export const searched = { 'searched word': 'glimmerho' } as const;
export const handles = { ada: 'heronpost', bob: 'gullwatcher' } as const;

const latest = (chatId: string) =>
  ({ query: 'timeline', chatId, anchor: { kind: 'latest' }, before: 50, after: 0 }) as const;
const find = (view: TimelineView, messageId: string) =>
  view.messages.find((message) => message.messageId === messageId);
const has = (view: TimelineView, messageId: string, text: string): boolean => {
  const body = find(view, messageId)?.body;
  return body?.kind === 'text' && body.text === text;
};
/** `from` says something, and `to` has it on the screen. */
async function say(from: Device, to: Device, chatId: string, text: string, replyTo?: string) {
  const messageId = newMessageId();
  const about = { chatId, messageId, text } as const;
  await from.command({ command: 'sendMessage', ...about, ...(replyTo === undefined ? {} : { replyTo }) });
  await to.until(latest(chatId), (view) => has(view, messageId, text));
  return messageId;
}

/** From nothing to two people in a chat; returns the chat's id and the links that were made. */
export async function meet(ada: Device, bob: Device, administratorToken: string) {
  await ada.command({
    command: 'signUp',
    name: names["Ada's name"],
    handle: handles.ada,
    admission: { kind: 'administrator', token: administratorToken },
  });
  const { link } = await ada.command({ command: 'createInvitation' });
  await bob.command({ command: 'inspectInvitation', link });
  const admission = { kind: 'invitation', link } as const;
  const bobsName = names["Bob's name"];
  const { chatId } = await bob.command({ command: 'signUp', name: bobsName, handle: handles.bob, admission });
  if (chatId === undefined) throw new Error('the invitation led to no chat');
  await ada.until({ query: 'chats' }, (chats) => chats.some(({ title }) => title === bobsName));

  // A second link, sent as a message: the way in which a link's secret travels through the relay.
  const { chatId: notes } = await ada.command({ command: 'createNotes' });
  await ada.until({ query: 'chats' }, (chats) => chats.some(({ title }) => title === chatName));
  const second = await ada.command({ command: 'createInvitation' });
  await say(ada, ada, notes, said['note to oneself']);
  const linkId = await say(ada, ada, notes, second.link);
  await ada.until(latest(notes), (view) => find(view, linkId)?.delivery !== 'waiting');
  return { chatId, links: [link, second.link] };
}

/** Everything that can be said; all of it has arrived on both sides when this ends. */
export async function talk(ada: Device, bob: Device, chatId: string): Promise<void> {
  await Promise.all([
    ada.command({ command: 'setVisibleChat', chatId }),
    bob.command({ command: 'setVisibleChat', chatId }),
  ]);
  await ada.until({ query: 'chat', chatId }, (chat) => chat?.onlineUserIds.length === 1);
  await ada.command({ command: 'setTyping', chatId, isTyping: true });
  await bob.until({ query: 'chats' }, (chats) => chats.some(({ typingNames }) => typingNames.length > 0));

  const first = await say(ada, bob, chatId, said['first message']);
  const reply = await say(bob, ada, chatId, said.reply, first);
  await ada.command({ command: 'react', chatId, messageId: reply, emoji: said.reaction });
  await bob.until(latest(chatId), (view) => find(view, reply)?.reactions[0]?.emoji === said.reaction);

  const edited = await say(bob, ada, chatId, said['message before its edit']);
  await bob.command({ command: 'editMessage', chatId, messageId: edited, text: said['edited text'] });
  await ada.until(latest(chatId), (view) => has(view, edited, said['edited text']));

  const deleted = await say(ada, bob, chatId, said['deleted message']);
  await ada.command({ command: 'deleteMessage', chatId, messageId: deleted, scope: 'everyone' });
  await bob.until(latest(chatId), (view) => find(view, deleted)?.body.kind === 'deleted');

  const hidden = await say(bob, ada, chatId, said['hidden message']);
  await bob.until({ query: 'chats' }, ([chat]) => chat?.preview?.text === said['hidden message']);
  await ada.command({ command: 'markRead', chatId, messageId: hidden });
  await bob.until(latest(chatId), (view) => find(view, hidden)?.delivery === 'read');
  await ada.command({ command: 'deleteMessage', chatId, messageId: hidden, scope: 'me' });

  await ada.command({ command: 'setName', name: names["Ada's later name"] });
  const laterName = names["Ada's later name"];
  await bob.until({ query: 'chats' }, (chats) => chats.some(({ title }) => title === laterName));
  await bob.until({ query: 'search', text: searched['searched word'] }, (hits) => hits.length === 1);
  await bob.command({ command: 'setDraft', chatId, text: drafts.draft });
}

/** Ada says something that the relay cannot acknowledge yet; returns how to wait until Bob has it and she knows. */
export async function sayIntoSilence(ada: Device, bob: Device, chatId: string) {
  const messageId = newMessageId();
  const text = said['message under way'];
  await ada.command({ command: 'sendMessage', chatId, messageId, text });
  await ada.until(latest(chatId), (view) => find(view, messageId)?.delivery === 'waiting');
  await ada.until({ query: 'diagnostics' }, ({ waitingEntries }) => waitingEntries > 0);
  return async () => {
    await bob.until(latest(chatId), (view) => has(view, messageId, text));
    await ada.until(latest(chatId), (view) => find(view, messageId)?.delivery === 'delivered');
    await ada.until({ query: 'diagnostics' }, ({ waitingEntries }) => waitingEntries === 0);
  };
}

/** Both start again from their disks, and go on. */
export async function talkAfterRestart(ada: Device, bob: Device, chatId: string): Promise<void> {
  await Promise.all([ada.restart(), bob.restart()]);
  await say(ada, bob, chatId, said['message after a restart']);
  await bob.until({ query: 'chat', chatId }, (chat) => chat?.draft === drafts.draft);
}
