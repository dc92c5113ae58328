// From records to rows: what a chat's records mean for its timeline. The same records give the same rows in whatever
// order they come: each counts once, and changes find their message also when they arrive first.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { isChangeKind, parseBody, type Body } from '../doc/bodies.ts';
import { clampHybridTime, hybridTimeToMs, isLater } from '../doc/hybridTime.ts';
import { hashRecordHeader, type RecordHeader } from '../doc/record.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChange, StoredChat, StoredMessage } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { endOf, isFleeting, isLongOver, isOver, secondsOf, withTimer } from './fleeting.ts';
import { mostSaid } from './missing.ts';
import { wordsOfMessage } from './searchText.ts';
import { hasNumber, takeRunAfter, withNumber, type Spans } from './spans.ts';

/**
 * Raised with each change of what rows say of the same records: the rows of all chats are then made again
 * (`rebuilding.ts`).
 */
export const projectionVersion = 6;

export interface ProjectedRecord {
  readonly header: RecordHeader;
  readonly user: string;
  /** In which segment it lies. */
  readonly segment: number;
  /** Undefined when it was erased. */
  readonly body: Uint8Array | undefined;
  /** Own and not yet with the relay. */
  readonly isWaiting: boolean;
  /** It was counted before, when it had come without its body (`broughtBack.ts`). */
  readonly before?: Pick<StoredChange, 'segment' | 'elsewhere'>;
}
export interface ProjectionDeps {
  readonly storage: Storage;
  readonly hashTerm: (term: string) => number;
  readonly selfUser: string;
  readonly selfDevice: string;
  readonly nowMs: () => number;
}

export interface Projected {
  readonly chat: StoredChat;
  readonly batch: Batch;
  /** Records whose bodies are to leave the documents. */
  readonly erased: readonly ErasedRecord[];
  /** Records that were deleted before, and are by another deletion now. */
  readonly deletedAgain: readonly ErasedRecord[];
  /** New messages of others, the oldest first. */
  readonly arrived: readonly StoredMessage[];
  /** A device has said two things in one place of its chain. */
  readonly isForked: boolean;
}

/** A record without its body: the text of a deleted message, or of an edit of one. */
export interface ErasedRecord {
  readonly id: string;
  readonly author: string;
  /** Where it lies. */
  readonly segments: readonly number[];
}
type Placed = Pick<StoredChange, 'id' | 'author' | 'segment' | 'elsewhere'>;
export const erasedRecord = ({ id, author, segment, elsewhere }: Placed): ErasedRecord => ({
  id,
  author,
  segments: [...(segment === undefined ? [] : [segment]), ...(elsewhere ?? [])],
});

/** Its author may delete a message; anybody may, once it was to be gone for a while (SPEC D19). */
const deletes = (message: StoredMessage, { author, change }: StoredChange, nowMs: number): boolean =>
  change.kind === 'deletion' && (author === message.author || isLongOver(message, nowMs));

/** Whether one of these changes of the message deletes it: a body may be missing though nobody did. */
export const isRightlyDeleted = (
  message: StoredMessage,
  changes: readonly StoredChange[],
  nowMs: number,
): boolean => changes.some((change) => deletes(message, change, nowMs));

/**
 * The edits of a deleted message that still have their text, without it, and as records whose bodies are to go: a deleted
 * text must not live on in an edit of it. None where only its body is missing, and nobody deleted it (SPEC D17).
 */
export function withoutText(message: StoredMessage, changes: readonly StoredChange[], nowMs: number) {
  const isText = ({ change }: StoredChange) => change.kind === 'edit' && change.text !== '';
  const texts = isRightlyDeleted(message, changes, nowMs) ? changes.filter(isText) : [];
  return {
    rows: texts.map((edit): StoredChange => ({ ...edit, change: { kind: 'edit', text: '' } })),
    // Rows of the first versions don't say where they lie.
    erased: texts.map((edit) => erasedRecord({ ...edit, segment: edit.segment ?? message.segment })),
  };
}

/** Where a record lies that has come in this segment, as its row says it. */
export function cameIn(before: Pick<Placed, 'segment' | 'elsewhere'> | undefined, segment: number) {
  const known = [...(before?.elsewhere ?? []), ...(before?.segment === undefined ? [] : [before.segment])];
  const elsewhere = [...new Set(known)].filter((n) => n !== segment);
  return elsewhere.length > 0 ? { segment, elsewhere } : { segment };
}

/** Of a record that has come more than once the first copy, but one with its body before one without. */
export function oneOfEach(records: readonly ProjectedRecord[]): ReadonlyMap<string, ProjectedRecord> {
  const one = new Map<string, ProjectedRecord>();
  const hashOf = ({ header }: ProjectedRecord) => hashRecordHeader(header);
  for (const record of records) {
    const id = idToText(record.header.id);
    const other = one.get(id);
    const isWhole = other && !other.body && record.body && equalBytes(hashOf(record), hashOf(other));
    if (!other || isWhole) one.set(id, record);
  }
  return one;
}

/**
 * Rows and chat state after these records; nothing is written until the batch is committed.
 * @param areNew nothing is stored under their ids, as the caller has just found out.
 */
export async function projectRecords(
  deps: ProjectionDeps,
  before: StoredChat,
  records: readonly ProjectedRecord[],
  areNew = false,
): Promise<Projected> {
  const { storage } = deps;
  const known = await storage.hasRecords(areNew ? [] : records.map(({ header }) => idToText(header.id)));
  const fresh = oneOfEach(records.filter(({ header }) => !known.has(idToText(header.id))));
  const messages = new Map<string, StoredMessage>();
  const changes: StoredChange[] = [];
  const batch = storage.batch();
  const erased: ErasedRecord[] = [];
  const deletedAgain: ErasedRecord[] = [];
  const arrivedIds: string[] = [];
  let chat = before;
  let isForked = false;

  for (const [id, record] of fresh) {
    isForked ||= !record.before && forksChain(chat, record.header, record.segment);
    chat = countRecord(deps, chat, record.header, record.segment);
    const body = record.body && parseBody(record.header.kind, record.body);
    const placed = record.before ? cameIn(record.before, record.segment) : {};
    const made = changeOf(id, before.id, record, body);
    if (made) {
      const change = { ...made, ...placed };
      changes.push(change);
      batch.putChange(change);
      continue;
    }
    chat = withTimer(chat, body, { id, at: record.header.at });
    const message = { ...messageOf(deps, chat, id, record, body), ...placed };
    messages.set(id, message);
    if (message.isUnread) arrivedIds.push(id);
  }

  const targets = [...new Set(changes.map(({ target }) => target))].filter(
    (id) => id !== '' && !messages.has(id),
  );
  const stands = await storage.withChanges(targets, [...messages.keys()]);
  const present = stands.messages;
  for (const [id, message] of present) {
    if (message.chat === before.id) messages.set(id, message);
  }
  const told = Map.groupBy(stands.changes, ({ target }) => target);
  let unread = before.unread;
  for (const [id, message] of messages) {
    const earlier = fresh.has(id) ? (told.get(id) ?? []) : [];
    let changed = message;
    for (const change of [...earlier, ...changes.filter(({ target }) => target === id)]) {
      if (change.chat === before.id) changed = applyChange(changed, change, deps.nowMs());
    }
    if (changed.kind === 'deleted') {
      (message.kind === 'deleted' ? deletedAgain : erased).push(erasedRecord(changed));
      const about = [...(told.get(id) ?? []), ...changes.filter(({ target }) => target === id)];
      const edits = withoutText(changed, about, deps.nowMs());
      for (const row of edits.rows) batch.putChange(row);
      erased.push(...edits.erased);
    }
    if (changed.kind === 'deleted' && chat.edit?.messageId === id) {
      // Also where another deleted it: of the text that was to take its place nothing stays.
      const { edit: _, ...rest } = chat;
      chat = rest;
    }
    messages.set(id, changed);
    putFindable(deps, batch, changed);
    unread += Number(changed.isUnread) - Number(present.get(id)?.isUnread ?? false);
    chat = withLast(chat, changed, deps.nowMs());
  }
  if (chat.last && messages.get(chat.last.id)?.isHidden) {
    const { last: _, ...rest } = chat;
    const stored = await storage.messages.before(before.id, undefined, messages.size + 1);
    const shown = [...stored.filter(({ id }) => !messages.has(id)), ...messages.values()];
    chat = shown.reduce((now, message) => withLast(now, message, deps.nowMs()), rest as StoredChat);
  }
  const arrived = arrivedIds
    .map((id) => messages.get(id))
    .filter((message) => message !== undefined)
    .filter((message) => message.isUnread)
    .sort((a, b) => (isLater(a, b) ? 1 : -1));
  chat = { ...chat, unread };
  batch.putChat(chat);
  return { chat, batch, erased, deletedAgain, arrived, isForked };
}

/**
 * A message, and the words that find it; of one that is hidden here, nothing that it says.
 * @param isAnew whatever its row may have said before.
 */
export function putFindable(
  { hashTerm }: Pick<ProjectionDeps, 'hashTerm'>,
  batch: Batch,
  message: StoredMessage,
  isAnew = false,
) {
  const shown = message.isHidden ? { ...message, isUnread: false, text: '', reactions: {} } : message;
  const words = wordsOfMessage(shown.text, hashTerm);
  batch.putMessage({ ...shown, terms: words.map(({ term }) => term) }, isAnew).putWords(words);
  const { id, chat, kind } = message;
  if (kind === 'text' && isFleeting(message)) batch.putExpiry({ id, chat, at: endOf(message) });
}

/**
 * Whether a new record stands where its device has said another before, on another than that, or nowhere (SPEC D16).
 * @param segment where it lies.
 */
export function forksChain(
  chat: StoredChat,
  { device, sequence, previous }: RecordHeader,
  segment = 0,
): boolean {
  if (sequence > mostSaid(chat, segment)) return true;
  const chain = chat.chains[idToText(device)];
  if (!chain) return false;
  const isTaken = sequence <= chain.sequence || hasNumber(chain.ahead, sequence);
  const isNext = sequence === chain.sequence + 1 && chain.hash !== '';
  return isTaken || (isNext && bytesToBase64url(previous) !== chain.hash);
}

/** A device's newest record here, also behind a gap: what is to stand next in its chain names that. */
export function lastSaid({ chains }: StoredChat, device: string) {
  const chain = chains[device];
  return chain?.top && chain.top.sequence > chain.sequence ? chain.top : chain;
}

/** Counts a record of this segment on its device's chain, and its time in the chat's. */
export function countRecord(
  { nowMs }: Pick<ProjectionDeps, 'nowMs'>,
  chat: StoredChat,
  header: RecordHeader,
  segment = 0,
): StoredChat {
  const device = idToText(header.device);
  const at = clampHybridTime(header.at, nowMs());
  const chain = chat.chains[device] ?? { sequence: 0, hash: '', ahead: [] };
  let { sequence, hash, top } = chain;
  let ahead: Spans = chain.ahead;
  if (header.sequence === sequence + 1) {
    const after = takeRunAfter(ahead, sequence + 1);
    hash = bytesToBase64url(hashRecordHeader(header));
    if (after.last > header.sequence) hash = top?.sequence === after.last ? top.hash : '';
    sequence = after.last;
    ahead = after.spans;
  } else if (header.sequence > sequence && header.sequence <= mostSaid(chat, segment)) {
    ahead = withNumber(ahead, header.sequence);
    if (header.sequence > (top?.sequence ?? 0)) {
      top = { sequence: header.sequence, hash: bytesToBase64url(hashRecordHeader(header)) };
    }
  }
  const place = Math.max(chain.place ?? 0, chat.heads?.indexOf(idToText(header.ledgerHead)) ?? 0);
  return {
    ...chat,
    chains: {
      ...chat.chains,
      [device]: { sequence, hash, ahead, place, ...(top && ahead.length > 0 ? { top } : {}) },
    },
    latestAt: Math.max(chat.latestAt, at),
  };
}

/** A message of the future is the last one as of now, so that what is said later can follow it in the list. */
export function withLast(chat: StoredChat, message: StoredMessage, nowMs: number): StoredChat {
  const last = { id: message.id, at: clampHybridTime(message.at, nowMs) };
  if (message.isHidden || !isLater(last, chat.last)) return chat;
  const at = Math.max(chat.at, Math.min(hybridTimeToMs(message.at), nowMs));
  return { ...chat, at, last };
}

/** A message as its record alone has it, its words not yet counted (`putFindable`). */
export function messageOf(
  deps: ProjectionDeps,
  chat: StoredChat,
  id: string,
  { header, user, segment, body: bytes, isWaiting }: ProjectedRecord,
  body: Body | undefined,
): StoredMessage {
  const device = idToText(header.device);
  const isOwn = user === deps.selfUser;
  const said = body?.kind === 'message' || body?.kind === 'fleeting' ? body : undefined;
  const { text = '' } = said ?? {};
  const wasRead = header.sequence <= (chat.marks[deps.selfDevice]?.read[device] ?? 0);
  const replyTo = said?.replyTo ? { replyTo: idToText(said.replyTo) } : {};
  const seconds = secondsOf(header, bytes === undefined, body);
  const isTimer = body?.kind === 'timer';
  // One that was to be gone before it came, or is gone, leaves no mark.
  const isGone = !isTimer && (seconds === 0 || isOver({ at: header.at, seconds }, deps.nowMs()));
  return {
    id,
    chat: chat.id,
    at: header.at,
    // What is gone is news to nobody.
    isUnread: bytes !== undefined && !isOwn && !wasRead && !isTimer && !isGone,
    isHidden: isGone,
    device,
    sequence: header.sequence,
    segment,
    terms: [],
    author: user,
    kind: bytes === undefined ? 'deleted' : isTimer ? 'timer' : body ? 'text' : 'unsupported',
    text,
    ...(seconds === undefined ? {} : { seconds }),
    ...replyTo,
    reactions: {},
    isStored: !isWaiting,
    isVerified: true,
  };
}

/** What a record changes; undefined for one that is a message itself. */
export function changeOf(
  id: string,
  chat: string,
  { header, user, segment, body: bytes }: ProjectedRecord,
  body: Body | undefined,
): StoredChange | undefined {
  const known = { id, chat, author: user, at: header.at, segment };
  // What it named has gone with its body.
  if (!bytes && isChangeKind(header.kind)) return { ...known, target: '', change: { kind: 'erased' } };
  if (!body || !('target' in body)) return undefined;
  const about = { ...known, target: idToText(body.target) };
  switch (body.kind) {
    case 'edit':
      return { ...about, change: { kind: 'edit', text: body.text } };
    case 'deletion':
      return { ...about, change: { kind: 'deletion' } };
    case 'reaction':
      return { ...about, change: { kind: 'reaction', emoji: body.emoji } };
    default:
      return body satisfies never;
  }
}

/** The message after a change, if the change's author may do that. */
export function applyChange(message: StoredMessage, said: StoredChange, nowMs: number): StoredMessage {
  if (message.kind === 'deleted' || message.kind === 'timer') return message;
  const { id, author, at, change } = said;
  switch (change.kind) {
    case 'edit': {
      if (author !== message.author || message.kind !== 'text' || !isLater({ at, id }, message.edit)) {
        return message;
      }
      return { ...message, text: change.text, edit: { at, id } };
    }
    case 'deletion': {
      if (!deletes(message, said, nowMs)) return message;
      // Nothing of it stays that depends on whether it was edited before or after, or that its body said.
      const { edit: _edit, replyTo: _replyTo, ...rest } = message;
      const isHidden = message.isHidden || isFleeting(message);
      return { ...rest, kind: 'deleted', isUnread: false, isHidden, text: '', reactions: {} };
    }
    case 'reaction': {
      const earlier = message.reactions[author];
      if (!isLater({ at, id }, earlier)) return message;
      return {
        ...message,
        reactions: { ...message.reactions, [author]: { at, id, emoji: change.emoji } },
      };
    }
    case 'erased':
      return message;
    default:
      return change satisfies never;
  }
}
