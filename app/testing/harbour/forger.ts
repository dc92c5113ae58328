// A member who lies: their device's keys in the hands of other code, which writes into the group's documents whatever it
// likes, past every check of the app. Only the relay and the other members can contain it.
import * as Y from 'yjs';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { entryKinds, hashEntry } from '../../../shared/protocol/entry.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import {
  noEntryHash,
  noSnapshot,
  type EntryHash,
  type RecordId,
  type SessionId,
  type SnapshotId,
} from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { sha256 } from '../../crypto/hash.ts';
import type { Body } from '../../doc/bodies.ts';
import type { ChatContext } from '../../doc/chatContext.ts';
import { sealUpdate } from '../../doc/entrySeal.ts';
import { sealRecord, type SealedRecord } from '../../doc/record.ts';
import { bytesOf, encodeSegmentState } from '../../doc/segmentState.ts';
import { arrayOf, clientOf } from '../../doc/segmentUpdate.ts';
import { openSnapshot, sealSnapshot, type Snapshot } from '../../doc/snapshot.ts';
import type { RelaySnapshot } from '../../sync/snapshotParts.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

/** What a forged snapshot says. */
export interface ForgedState extends Pick<Snapshot, 'update' | 'sessions'> {
  /** Sessions whose bodies it claims the right to erase. */
  readonly purged?: readonly SessionId[];
  /** It is the document's last. */
  readonly isSeal?: boolean;
}
export type Forger = Awaited<ReturnType<typeof createForger>>;

/**
 * @param where a segment of the group, or its meta document.
 * @param n the segment's number.
 */
export async function createForger(
  harbour: Harbour,
  liar: Member,
  where: 'segment' | 'meta' = 'segment',
  n = 0,
) {
  const { storage, engine } = liar.headless();
  const chat = await storage.chat(harbour.group);
  const me = engine.member();
  if (!chat || !me) throw new Error('expected a member of the group');
  const { context, documents } = openChatAccess(chat, me.identity);
  const document = where === 'meta' ? documents.meta : documents.segment(n);
  const kind = entryKinds[where];
  const snapshotKind = where === 'meta' ? entryKinds.metaSnapshot : entryKinds.segmentSnapshot;
  const random = harbour.chance.bytes;
  const refusals: string[] = [];
  const entries: Bytes[] = [];
  let published = 0;
  let end = startCursor;
  let current: SnapshotId = noSnapshot;
  let given: RelaySnapshot | undefined;
  const channel = me.link.openChannel(
    { chat: context.chat, document, cursor: () => startCursor },
    {
      subscribed() {},
      entries: (_first, more) => void entries.push(...more),
      acked: (_session, _sequence, at) => void (end = at),
      signal() {},
      live() {},
      suspended() {},
      refused: (code) => void refusals.push(code),
      publishRefused: (code) => void refusals.push(code),
      snapshot(snapshot) {
        given = snapshot;
        current = snapshot.id;
      },
      published(id) {
        current = id;
        published++;
      },
    },
  );
  await harbour.pass(2000);

  /** Appends as the next of a session; its own one, as a device that it may not be, where it says so. */
  const lines = new Map<string, { sequence: number; hash: EntryHash }>();
  async function appends(update: Uint8Array, session: SessionId, as: ChatContext = context) {
    const line = lines.get(String(session)) ?? { sequence: 0, hash: noEntryHash };
    const place = { kind, session, sequence: line.sequence + 1, previous: line.hash };
    const entry = await sealUpdate(as, document, place, update, random);
    lines.set(String(session), { sequence: place.sequence, hash: hashEntry(sha256, document, entry) });
    channel.append(entry);
    await harbour.pass(2000);
    return entry;
  }

  return {
    context,
    documents,
    document,
    channel,
    refusals: (): readonly string[] => refusals,
    /** The log as this channel has seen it. */
    entries: (): readonly Bytes[] => entries,
    published: () => published,
    /** Where the log was after the newest entry of this forger. */
    end: () => end,
    newSession: () => random(8) as SessionId,
    appends,
    /** Puts records into an array of their own session, as the app would. */
    async appendsRecords(records: readonly SealedRecord[], session = random(8) as SessionId) {
      await appends(updateOf(session, records), session);
    },
    /** This device's claim to be another: with its own signature, for it has no other. */
    inTheNameOf(other: Member): ChatContext {
      const device = other.headless().engine.member()?.identity.device;
      if (!device) throw new Error('expected a member');
      const tag = context.tagOf(device);
      return { ...context, self: { ...context.self, device }, tagOf: () => tag };
    },
    record: async (body: Body, as: ChatContext = context): Promise<SealedRecord> =>
      (
        await sealRecord(
          as,
          {
            id: random(16) as RecordId,
            body,
            sequence: 1,
            previous: new Uint8Array(16),
            at: harbour.clock.now() * 1024,
            seen: startCursor,
          },
          random,
        )
      ).sealed,
    /** Publishes what `lie` makes of the newest snapshot's state; bytes that nobody can open where it is `garbage`. */
    async publishes(lie: (truth: Snapshot) => ForgedState | 'garbage') {
      const opened = given && (await openSnapshot(context, document, snapshotKind, given.bytes));
      if (!opened?.ok) throw new Error('expected a snapshot');
      const told = lie(opened.value);
      const state = told === 'garbage' ? opened.value : told;
      const { cursor } = opened.value;
      const bytes = await sealSnapshot(
        context,
        document,
        snapshotKind,
        { session: random(8) as SessionId, cursor, ...state },
        random,
      );
      if (told === 'garbage') bytes.set([255, 255, 255], bytes.length - 3);
      channel.publish({
        bytes,
        previous: current,
        isSeal: told !== 'garbage' && told.isSeal === true,
        purged: told === 'garbage' ? [] : (told.purged ?? []),
      });
      await harbour.pass(1000);
    },
    close: () => channel.close(),
  };
}

/** A segment's state with every body erased, or those under these headers. */
export function withoutBodies(
  { update, sessions }: Snapshot,
  isErased = (_header: Uint8Array | undefined) => true,
): ForgedState {
  const doc = new Y.Doc({ gc: true });
  Y.applyUpdate(doc, update);
  doc.transact((transaction) => {
    for (const structs of doc.store.clients.values()) {
      structs.forEach((item, index) => {
        const isBody = item instanceof Y.Item && item.id.clock % 2 === 1;
        if (isBody && isErased(bytesOf(structs[index - 1]))) item.delete(transaction);
      });
    }
  });
  return { update: encodeSegmentState(doc, Y.decodeStateVector(Y.encodeStateVector(doc))), sessions };
}

/** Records at the end of their session's array, in a document that has nothing else. */
export function updateOf(session: SessionId, records: readonly SealedRecord[]): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = clientOf(session);
  doc.getArray<Uint8Array>(arrayOf(session)).push(records.flatMap(({ header, body }) => [header, body]));
  return Y.encodeStateAsUpdate(doc);
}
