// Everything that was ever said in one chat, signed and sealed by those who said it, projected into rows and kept by the
// app's own rooms. Only what nobody had before is told so beforehand, to spare a question for each message.
import { idToText, type RecordId } from '../../../shared/protocol/ids.ts';
import { deliveredVector } from '../../chat/receipts.ts';
import { projectRecords, type ProjectedRecord, type ProjectionDeps } from '../../chat/projection.ts';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { platformRandom as random } from '../../crypto/random.ts';
import type { Body } from '../../doc/bodies.ts';
import { createRecordId } from '../../doc/recordId.ts';
import { hashRecordHeader, openBody, sealRecord, type RecordHeader } from '../../doc/record.ts';
import type { StoredChat, StoredMark } from '../../storage/models.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Chance } from '../harbour/chance.ts';
import { addMeta } from './metaDraft.ts';
import type { Prose } from './prose.ts';
import { createSegmentDraft } from './segmentDraft.ts';
import type { BegunChat } from './society.ts';

const dayMs = 86_400_000;
/** A reaction for every twelfth message, an edit for every fortieth, an answer for every eighth. */
const chances = { reaction: 1 / 12, edit: 1 / 40, reply: 1 / 8 };
const emoji = ['👍', '❤️', '😂', '🎉'];

export interface WritingDeps {
  readonly storage: Storage;
  readonly hashTerm: (term: string) => number;
  readonly selfUser: string;
  readonly selfDevice: string;
  readonly prose: Prose;
  readonly chance: Chance;
  readonly nowMs: number;
  /** So many more messages are on the disk. */
  readonly onWritten: (messages: number) => void;
}

/** The storage as one that has nothing yet: what is asked about a record before it is written. */
const asEmpty = (storage: Storage): Storage => ({
  ...storage,
  hasRecords: async () => new Set<string>(),
  changesOf: async () => [],
});

/** @param unread so many of the newest messages were not read yet. */
export async function writeChat(
  deps: WritingDeps,
  begun: BegunChat,
  size: number,
  unread: number,
): Promise<void> {
  const { storage, chance, selfDevice, selfUser, nowMs } = deps;
  const { people, accesses } = begun;
  const projection: ProjectionDeps = {
    ...deps,
    storage: asEmpty(storage),
    nowMs: () => nowMs,
  };
  const [own] = accesses;
  if (!own) throw new Error('a chat without people');
  const chains = new Map<string, { sequence: number; previous: Bytes }>();
  const everything = Number.MAX_SAFE_INTEGER;
  const readAll = (chat: StoredChat, upTo: number | undefined): StoredChat => {
    const read = Object.fromEntries(
      people.map(({ device }) => {
        const key = idToText(device);
        return [key, upTo ?? chains.get(key)?.sequence ?? 0];
      }),
    );
    const mark: StoredMark = { user: selfUser, delivered: read, read, at: nowMs };
    return { ...chat, marks: { [selfDevice]: mark } };
  };
  let chat = readAll(begun.chat, everything);
  /** From the chat's first day to a time ago that grows with its place in the list. */
  const firstAt = chat.createdAt;
  const lastAt = firstAt + (nowMs - firstAt) * (1 - chance.unit() ** 3);
  let said = 0;
  let records = 0;
  let n = 0;
  let isReadHere = true;
  const readable = Math.max(0, size - unread);

  let projecting: ProjectedRecord[] = [];
  const project = async () => {
    if (projecting.length === 0) return;
    const projected = await projectRecords(projection, chat, projecting);
    projecting = [];
    await projected.batch.commit();
    chat = projected.chat;
  };

  while (said < size) {
    const before = said;
    const document = own.documents.segment(n);
    // Every message that is still to be said fits into this one, however many changes come with it.
    const draft = await createSegmentDraft(storage, document, size - said > 999);
    const here: { readonly id: RecordId; readonly by: number }[] = [];
    while (said < size && !draft.isFull()) {
      if (isReadHere && said >= readable) {
        await project();
        chat = readAll(chat, undefined);
        isReadHere = false;
        here.length = 0;
      }
      const by = pickAuthor(people.length, chance);
      const [access, person] = [accesses[by], people[by]];
      if (!access || !person) continue;
      const target = here.length > 0 ? chance.pick(here) : undefined;
      const body = nextBody(deps, by, target);
      if (body.kind === 'message') said++;
      const device = idToText(person.device);
      const chain = chains.get(device) ?? { sequence: 0, previous: new Uint8Array(16) };
      const atMs = Math.floor(firstAt + ((lastAt - firstAt) * said) / size);
      const id = createRecordId(atMs, random);
      const place = {
        sequence: chain.sequence + 1,
        previous: chain.previous,
        at: atMs * 1024 + (records % 1024),
      };
      const { header, sealed } = await sealRecord(
        access.context,
        { id, body, ...place, seen: draft.cursor() },
        random,
      );
      chains.set(device, { sequence: header.sequence, previous: hashRecordHeader(header) });
      draft.add(device, sealed);
      records++;
      projecting.push(projectedOf(begun, header, by, n, sealed.body));
      if (body.kind === 'message') here.push({ id, by });
    }
    await project();
    deps.onWritten(said - before);
    if (draft.isFull()) {
      const snapshot = await draft.seal(own.context);
      await storage
        .batch()
        .putSegment({ chat: chat.id, n, document: idToText(document), snapshot })
        .commit();
      n++;
    } else await draft.keepOpen();
  }
  await finish(
    deps,
    begun,
    isReadHere ? readAll(chat, undefined) : chat,
    n,
    chains.get(selfDevice)?.sequence ?? 0,
  );
}

/** Two people write most of what is said in a group, and one's own part is a third. */
const pickAuthor = (count: number, chance: Chance): number =>
  chance.happens(1 / 3) ? 0 : Math.floor(count * chance.unit() ** 2);

function nextBody(
  { chance, prose }: WritingDeps,
  by: number,
  target: { readonly id: RecordId; readonly by: number } | undefined,
): Body {
  if (target && chance.happens(chances.reaction)) {
    return { kind: 'reaction', target: target.id, emoji: chance.pick(emoji) };
  }
  if (target?.by === by && chance.happens(chances.edit)) {
    return { kind: 'edit', target: target.id, text: prose.text() };
  }
  const text = prose.text();
  return target && chance.happens(chances.reply)
    ? { kind: 'message', text, replyTo: target.id }
    : { kind: 'message', text };
}

function projectedOf(
  { people, accesses }: BegunChat,
  header: RecordHeader,
  by: number,
  segment: number,
  body: Uint8Array,
): ProjectedRecord {
  const [access, person] = [accesses[0], people[by]];
  if (!access || !person) throw new Error('a record of nobody');
  return {
    header,
    user: idToText(person.user),
    segment,
    body: openBody(access.context, header, body),
    isWaiting: false,
  };
}

/** Everybody has read all that one said oneself, and told so. */
async function finish(
  { storage, selfDevice, selfUser, nowMs }: WritingDeps,
  begun: BegunChat,
  chat: StoredChat,
  open: number,
  ownRecords: number,
) {
  const { read = {} } = chat.marks[selfDevice] ?? {};
  const own: StoredMark = { user: selfUser, delivered: deliveredVector(chat, selfDevice), read, at: nowMs };
  const others = begun.people.slice(1).map(({ user, device }): [string, StoredMark] => {
    const reached = { [selfDevice]: ownRecords };
    return [idToText(device), { user: idToText(user), delivered: reached, read: reached, at: nowMs - dayMs }];
  });
  const isAlone = others.length === 0;
  const next: StoredChat = {
    ...chat,
    marks: isAlone ? {} : { ...Object.fromEntries(others), [selfDevice]: own },
    segments: { open, unsealed: open },
  };
  const batch = storage.batch().putChat(next);
  await addMeta(batch, begun, next);
  await batch.commit();
}
