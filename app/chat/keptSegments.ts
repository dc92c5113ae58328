// Complete segments, kept as one sealed snapshot each. Opened only for a while: to erase a body in one, and let it go from
// the relay as well.
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import { entryKinds } from '../../shared/protocol/entry.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { readRecord } from '../doc/record.ts';
import { createSegment, type Segment, type SegmentDeps } from '../doc/segment.ts';
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
export type KeptSegments = ReturnType<typeof createKeptSegments>;

export function createKeptSegments(deps: KeptSegmentsDeps) {
  const { chat, context, storage } = deps;
  /** Open ones, until the relay has let go of what they erased. */
  const purging = new Map<number, { readonly segment: Segment; readonly ids: Set<string> }>();

  async function open(n: number, onPurged: () => void): Promise<Segment | undefined> {
    const row = await storage.segment(chat, n);
    const id = deps.documentOf(n);
    const kept = row && (await openSnapshot(context, id, entryKinds.segmentSnapshot, row.snapshot));
    if (!kept?.ok) return undefined;
    return createSegment({
      ...deps.shared,
      id,
      kept: kept.value,
      onItems: () => {},
      onStored: async () => {},
      onSignal: () => {},
      onPurged,
    });
  }

  return {
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
        const record = readRecord(context, deps.documentOf(n), header);
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
    async close() {
      for (const { segment } of purging.values()) await segment.close();
      purging.clear();
    },
  };
}
