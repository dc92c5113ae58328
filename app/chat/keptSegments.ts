// Complete segments, kept as one sealed snapshot each. Opened only for a while: to erase a body in one and let it go from
// the relay as well, or to bring one back that the relay has lost.
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import { entryKinds } from '../../shared/protocol/entry.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { readRecord } from '../doc/record.ts';
import { createSegment, type Segment, type SegmentDeps } from '../doc/segment.ts';
import { itemsOfState, type SegmentItem } from '../doc/segmentState.ts';
import { openSnapshot } from '../doc/snapshot.ts';
import type { Storage } from '../storage/storage.ts';
import { lostRecord } from './lostRecord.ts';

export interface KeptSegmentsDeps {
  readonly chat: string;
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly documentOf: (n: number) => DocumentId;
  readonly selfUser: string;
  /** What every segment of the chat is given. */
  readonly shared: Omit<
    SegmentDeps,
    'id' | 'kept' | 'onItems' | 'onStored' | 'onSealed' | 'onPurged' | 'onSignal'
  >;
}
export type KeptSegments = ReturnType<typeof createKeptSegments>;

export function createKeptSegments(deps: KeptSegmentsDeps) {
  const { chat, context, storage } = deps;
  /** Open ones, until the relay has let go of what they erased. */
  const purging = new Map<number, { readonly segment: Segment; readonly ids: Set<string> }>();

  /** Being filled again, because the relay has lost them. */
  const restoring = new Map<number, { readonly segment: Segment; isSealed: boolean }>();

  async function read(n: number) {
    const row = await storage.segment(chat, n);
    const id = deps.documentOf(n);
    const kept = row && (await openSnapshot(context, id, entryKinds.segmentSnapshot, row.snapshot));
    return kept?.ok ? kept.value : undefined;
  }
  /** `onPurged` also where the relay has another log now: what it has lost needs no purge, what it has is restored. */
  async function open(n: number, onPurged: () => void): Promise<Segment | undefined> {
    const kept = await read(n);
    if (!kept) return undefined;
    return createSegment({
      ...deps.shared,
      id: deps.documentOf(n),
      kept,
      onItems: () => {},
      onStored: async () => {},
      onSignal: () => {},
      onPurged,
      onRefused: onPurged,
    });
  }

  /** An empty document in its place: what the relay still has comes in, what it lacks is said again. */
  async function reopen(n: number) {
    const begun = { isSealed: false };
    const segment = await createSegment({
      ...deps.shared,
      id: deps.documentOf(n),
      kept: { cursor: startCursor, sessions: [], update: new Uint8Array([0, 0]) },
      onItems: () => {},
      onStored: async () => {},
      onSignal: () => {},
      onSealed: () => {
        begun.isSealed = true;
      },
    });
    const state = {
      segment,
      get isSealed() {
        return begun.isSealed;
      },
    };
    restoring.set(n, state);
    return state;
  }

  /** An old backup may bring back what was deleted since. */
  async function eraseDeleted(segment: Segment) {
    const clients: number[] = [];
    for (const item of segment.items()) {
      if (!item.body || item.body.length === 0) continue;
      const record = readRecord(context, item.header);
      const message = record && (await storage.messages.get(idToText(record.header.id)));
      if (message?.kind !== 'deleted' || !segment.eraseBody(item.place)) continue;
      if (message.author === deps.selfUser) clients.push(item.place.client);
    }
    if (clients.length > 0) segment.purge(clients);
  }

  const idsOf = (items: readonly SegmentItem[]) =>
    items.flatMap(({ header }) => {
      const record = readRecord(context, header);
      return record ? [idToText(record.header.id)] : [];
    });

  return {
    /** What lies in a kept segment; nothing where it can't be opened. */
    items: async (n: number): Promise<readonly Pick<SegmentItem, 'header' | 'body'>[]> => {
      const kept = await read(n);
      return kept ? itemsOfState(kept.update) : [];
    },
    /** The records of a kept segment. */
    ids: async (n: number): Promise<readonly string[]> => {
      const kept = await read(n);
      return kept ? idsOf(itemsOfState(kept.update)) : [];
    },
    /** Brings a complete segment back to the relay, a step at each call; true once it is complete there again. */
    async restore(n: number, mayOthers: boolean): Promise<boolean> {
      const { segment, isSealed } = restoring.get(n) ?? (await reopen(n));
      if (!segment.isLive()) return false;
      const here = new Set(idsOf(segment.items()));
      const kept = await read(n);
      const found = await Promise.all(
        itemsOfState(kept?.update ?? new Uint8Array([0, 0])).map((item) => lostRecord(deps, item)),
      );
      const missing = found.filter((lost) => lost !== undefined).filter(({ id }) => !here.has(id));
      const now = missing.filter(({ isOwn }) => isOwn || mayOthers);
      if (isSealed) {
        restoring.delete(n);
        await segment.close();
        return true;
      }
      if (now.length > 0) segment.append(now);
      else if (missing.length === 0 && segment.isDone()) {
        await eraseDeleted(segment);
        segment.seal();
      }
      return false;
    },
    /** Erases these bodies in the kept segment, and `own` at the relay too: `purged` learns when that is done. */
    async erase(
      n: number,
      ids: readonly string[],
      own: readonly string[],
      purged: (ids: readonly string[]) => Promise<void>,
    ) {
      const known = purging.get(n);
      const segment =
        known?.segment ??
        (await open(n, () => {
          const finished = purging.get(n);
          purging.delete(n);
          void purged([...(finished?.ids ?? [])]).then(() => finished?.segment.close());
        }));
      if (!segment) return;
      const clients: number[] = [];
      for (const { header, place } of segment.items()) {
        const record = readRecord(context, header);
        const id = record && idToText(record.header.id);
        if (id === undefined || !ids.includes(id)) continue;
        segment.eraseBody(place);
        if (own.includes(id)) clients.push(place.client);
      }
      const snapshot = await segment.snapshot();
      const document = idToText(deps.documentOf(n));
      await storage.batch().putSegment({ chat, n, document, snapshot }).commit();
      if (clients.length === 0) {
        if (!known) await segment.close();
      } else {
        purging.set(n, { segment, ids: new Set([...(known?.ids ?? []), ...own]) });
        segment.purge(clients);
      }
    },
    /** None is open. */
    isIdle: () => purging.size === 0 && restoring.size === 0,
    async close() {
      for (const { segment } of purging.values()) await segment.close();
      purging.clear();
      for (const { segment } of restoring.values()) await segment.close();
      restoring.clear();
    },
  };
}
