// Complete segments, kept as one sealed snapshot each. Opened only for a while: to erase a body in one, and let it go from
// the relay as well.
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import { entryKinds } from '../../shared/protocol/entry.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { readRecord } from '../doc/record.ts';
import { createSegment, type Segment, type SegmentDeps } from '../doc/segment.ts';
import { itemsOfState, type SegmentItem } from '../doc/segmentState.ts';
import { openSnapshot } from '../doc/snapshot.ts';
import type { Storage } from '../storage/storage.ts';

export interface KeptSegmentsDeps {
  readonly chat: string;
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly documentOf: (n: number) => DocumentId;
  /** What every segment of the chat is given. */
  readonly shared: Omit<
    SegmentDeps,
    'id' | 'kept' | 'onItems' | 'onStored' | 'onSealed' | 'onPurged' | 'onSignal'
  >;
}
export interface KeptErasuresDeps extends KeptSegmentsDeps {
  /** The relay has something else in the place of this one. */
  readonly onDiffers: (n: number) => void;
}
export type KeptSegments = ReturnType<typeof createKeptSegments>;

/** As it is kept; undefined where it is not, or does not open. */
export async function readKept({ chat, context, storage, documentOf }: KeptSegmentsDeps, n: number) {
  const row = await storage.segment(chat, n);
  const kept = row && (await openSnapshot(context, documentOf(n), entryKinds.segmentSnapshot, row.snapshot));
  return kept?.ok ? kept.value : undefined;
}

export function createKeptSegments(deps: KeptErasuresDeps) {
  const { chat, context, storage } = deps;
  /** Open ones, until the relay has let go of what they erased. */
  const purging = new Map<number, { readonly segment: Segment; readonly ids: Set<string> }>();

  async function open(n: number, onPurged: () => void): Promise<Segment | undefined> {
    const kept = await readKept(deps, n);
    if (!kept) return undefined;
    return createSegment({
      ...deps.shared,
      id: deps.documentOf(n),
      kept,
      onItems: () => {},
      onStored: async () => {},
      onSignal: () => {},
      onPurged,
      // The relay has another log now: what that holds is read first.
      onRefused: () => {
        void close(n);
        deps.onDiffers(n);
      },
    });
  }

  async function close(n: number) {
    const purged = purging.get(n);
    purging.delete(n);
    await purged?.segment.close();
    return purged?.ids ?? [];
  }

  return {
    /** What lies in a kept segment; nothing where it can't be opened. */
    items: async (n: number): Promise<readonly Pick<SegmentItem, 'header' | 'body'>[]> => {
      const kept = await readKept(deps, n);
      return kept ? itemsOfState(kept.update) : [];
    },
    /**
     * Erases these bodies in the kept segment, and at the relay too what is `own`, or lies in a session of one's own:
     * `purged` learns when it is in neither. Returns which of them that waits for; all, where it can't be opened.
     */
    async erase(
      n: number,
      ids: readonly string[],
      own: readonly string[],
      purged: (ids: readonly string[]) => Promise<void>,
    ): Promise<readonly string[]> {
      const { ownClients } = (await storage.segment(chat, n)) ?? {};
      // Nothing is waited for between this and its use: a purge that ends meanwhile closes what it had open.
      const known = purging.get(n);
      const segment =
        known?.segment ??
        (await open(n, () => {
          void close(n).then((gone) => purged([...gone]));
        }));
      if (!segment) return ids;
      const clients: number[] = [];
      const leaving = new Set<string>();
      let isThere = false;
      for (const { header, place } of segment.items()) {
        const record = readRecord(context, header);
        const id = record && idToText(record.header.id);
        if (id === undefined || !ids.includes(id)) continue;
        isThere = true;
        segment.eraseBody(place);
        if (!own.includes(id) && !ownClients?.includes(place.client)) continue;
        leaving.add(id);
        clients.push(place.client);
      }
      if (clients.length > 0) {
        purging.set(n, { segment, ids: new Set([...(known?.ids ?? []), ...leaving]) });
        segment.purge(clients);
      }
      if (isThere) {
        const snapshot = await segment.snapshot();
        const document = idToText(deps.documentOf(n));
        if (snapshot) await storage.batch().putSegment({ chat, n, document, snapshot, ownClients }).commit();
      }
      if (clients.length === 0 && !known) await segment.close();
      return [...leaving];
    },
    /** It is to be another: what is still to be let go in it is asked for anew, of that one. */
    leave: async (n: number) => void (await close(n)),
    /** None is open. */
    isIdle: () => purging.size === 0,
    async close() {
      for (const n of purging.keys()) await close(n);
    },
  };
}
