// What was deleted for everyone and lies somewhere still (SPEC D14): its text in anything that the relay holds, opened with
// a member's keys, in the table of a member's messages or of their words, or in a complete segment that a member keeps.
//
// What is excused, all of it here, and why:
// - a deletion whose author is no member at the end: only their device may let go of the text at the relay (R34);
// - a deletion from before the relay forgot, and of what was to be gone any: what comes back then is the repair's (S7), and its own tests look at it;
// - what was said before the relay forgot, in the log and snapshots before the current one: another may have said it again,
//   and of their session nothing goes before somebody has countersigned (R34, D15);
// - the text of an edit, once its message is deleted, and the updates in which a browser keeps an open segment: not yet.
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { idToText, type DocumentId } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { ChatContext } from '../../doc/chatContext.ts';
import { openUpdate } from '../../doc/entrySeal.ts';
import { openBody, readRecord } from '../../doc/record.ts';
import { itemsOfState } from '../../doc/segmentState.ts';
import { openSnapshot } from '../../doc/snapshot.ts';
import type { Checked, Find } from './findings.ts';
import type { SaidMessage } from './logbook.ts';
import type { Member } from './member.ts';
import { endsOf } from './over.ts';

export async function findUnpurged({ people, logbook, held, forgotAt, now }: Checked, find: Find) {
  const dueByChat = new Map<string, SaidMessage[]>();
  const { over } = await endsOf(people, [...logbook.messages()], now);
  for (const message of logbook.messages()) {
    const isOver = over.get(message.id) === 'deleted' && forgotAt === undefined;
    if (!isOver && !isDue(message, forgotAt)) continue;
    dueByChat.set(message.chat, [...(dueByChat.get(message.chat) ?? []), message]);
  }
  if (dueByChat.size === 0) return;
  for (const member of people) await searchWords(member, find);
  const mayStayBefore = (id: string) =>
    forgotAt !== undefined && (logbook.message(id)?.texts[0]?.at ?? 0) <= forgotAt;
  const documentById = new Map(held().map((document) => [idToText(document.id), document]));
  for (const [chat, messages] of dueByChat) {
    const members: Member[] = [];
    for (const member of people) {
      const stored = await member.chat(chat);
      if (stored && !stored.isRemoved) members.push(member);
    }
    const authors = members.map((member) => member.userId());
    const due = new Set(messages.filter(({ author }) => authors.includes(author)).map(({ id }) => id));
    const [reader] = members;
    if (!reader || due.size === 0) continue;
    for (const member of members) await searchDevice(member, chat, due, find);
    const { context, documents, segmentCount } = await accessOf(reader, chat);
    for (let n = 0; n < segmentCount; n++) {
      const document = documentById.get(idToText(documents.segment(n)));
      if (!document) continue;
      const current = document.snapshots.at(-1);
      const before = new Set([...due].filter((id) => !current || !mayStayBefore(id)));
      for (const bytes of document.snapshots)
        for (const id of await idsInSnapshot(context, document.id, bytes, bytes === current ? due : before))
          find('unpurged', `a snapshot of segment ${n} at the relay has the text of ${id}`);
      for (const bytes of document.entries) {
        const opened = await openUpdate(context, document.id, entryKinds.segment, bytes);
        for (const id of opened.ok ? idsWithBody(context, opened.value.update, before) : [])
          find('unpurged', `an entry of segment ${n} at the relay has the text of ${id}`);
      }
    }
  }
}

const isDue = ({ deletions }: SaidMessage, forgotAt: number | undefined) =>
  deletions.some(({ isSure, at }) => isSure && (forgotAt === undefined || at > forgotAt));

async function accessOf(member: Member, chat: string) {
  const stored = await member.chat(chat);
  const identity = member.headless().engine.member()?.identity;
  if (!stored || !identity) throw new Error(`${member.name} has no such chat`);
  return { ...openChatAccess(stored, identity), segmentCount: (stored.segments?.open ?? 0) + 1 };
}

/** A member's rows, and the complete segments that these messages lie in. */
async function searchDevice(member: Member, chat: string, due: ReadonlySet<string>, find: Find) {
  const { storage } = member.headless();
  const { context, documents } = await accessOf(member, chat);
  const rows = await storage.messages.many([...due]);
  const segments = new Set<number>();
  for (const [id, { text, terms, segment }] of rows) {
    if (text !== '' || terms.length > 0) find('unpurged', `${member.name}'s messages have the text of ${id}`);
    segments.add(segment);
  }
  for (const { target, change } of await storage.changesOf([...rows.keys()])) {
    if (change.kind === 'edit' && change.text !== '')
      find('unpurged', `${member.name}'s changes have a text of ${target}`);
  }
  for (const n of segments) {
    const kept = await storage.segment(chat, n);
    for (const id of kept ? await idsInSnapshot(context, documents.segment(n), kept.snapshot, due) : [])
      find('unpurged', `${member.name}'s segment ${n} has the text of ${id}`);
  }
}

/** Words that no message of the member's has any more. */
async function searchWords(member: Member, find: Find) {
  const { messages, words } = member.headless().storage.database;
  const said = new Set((await messages.toArray()).flatMap(({ terms }) => terms));
  for (const { id } of await words.toArray()) {
    if (!said.has(id)) find('unpurged', `${member.name} keeps a word of no message`);
  }
}

async function idsInSnapshot(
  context: ChatContext,
  document: DocumentId,
  bytes: Uint8Array,
  due: ReadonlySet<string>,
) {
  const opened = await openSnapshot(context, document, entryKinds.segmentSnapshot, bytes);
  return opened.ok ? idsWithBody(context, opened.value.update, due) : [];
}

/** Which of these messages have their text in this state. */
const idsWithBody = (context: ChatContext, update: Uint8Array, due: ReadonlySet<string>) =>
  itemsOfState(update).flatMap(({ header, body }) => {
    const record = body && readRecord(context, header);
    if (!record || !due.has(idToText(record.header.id))) return [];
    return openBody(context, record.header, body) ? [idToText(record.header.id)] : [];
  });
