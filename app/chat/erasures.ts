// Bodies of deleted messages and of their edits, erased wherever they still lie: in the document on this device, in a
// complete segment that it keeps, and at the relay, where they are one's own, or lie in a session of one's own, or have come
// back. What is to be done stands on the disk until it is done.
import type { SegmentRow } from '../doc/segmentRow.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { Batch } from '../storage/batch.ts';
import type { Storage } from '../storage/storage.ts';
import type { KeptSegments } from './keptSegments.ts';
import type { ErasedRecord } from './projection.ts';

export interface ErasuresDeps {
  readonly chat: string;
  readonly selfUser: string;
  readonly storage: Storage;
  readonly row: () => SegmentRow;
  readonly kept: KeptSegments;
  /** It is being read from the relay: when that is done, this runs again. */
  readonly isChecked: (n: number) => boolean;
  /** The first segment that is not kept as complete. */
  readonly unsealed: () => number;
  /** Where a record lies in an open segment. */
  readonly placesOf: (n: number, id: string) => readonly SegmentItem['place'][];
}
export type Erasures = ReturnType<typeof createErasures>;

export function createErasures(deps: ErasuresDeps) {
  const { chat, storage } = deps;
  /** What the relay was asked to let go, by segment. */
  const asked = new Map<number, Set<string>>();

  /** The relay is asked only once it has the deletion: others must know why a body is gone. */
  async function isDeletionStored(id: string): Promise<boolean> {
    const [{ target } = { target: id }] = await storage.changes([id]);
    const changes = await storage.changesOf([target]);
    const deletions = changes.filter(({ change }) => change.kind === 'deletion').map((change) => change.id);
    const waiting = await storage.waitingRecords(deletions);
    return deletions.some((deletion) => !waiting.has(deletion));
  }

  async function run(n: number): Promise<void> {
    const rows = await storage.erasures(chat, n);
    if (rows.length === 0 || deps.isChecked(n)) return;
    const own: string[] = [];
    for (const { record, own: isOwn } of rows)
      if (isOwn && (await isDeletionStored(record))) own.push(record);
    const others = rows.filter(({ own: isOwn }) => !isOwn).map(({ record }) => record);
    // What others don't know of as deleted stays in the document: a snapshot of it may not miss anything.
    const ids = [...others, ...own];
    if (n < deps.unsealed()) {
      const leaving = await deps.kept.erase(n, ids, own, (gone) => done(n, gone));
      return done(
        n,
        ids.filter((id) => !leaving.includes(id)),
      );
    }
    const segment = deps.row().get(n);
    if (!segment) return;
    const erased: string[] = [];
    const leaving = new Set<string>();
    const clients: number[] = [];
    for (const id of ids) {
      const places = deps.placesOf(n, id);
      // Each of them is tried, and none is left over.
      const left = places.filter((place) => !segment.eraseBody(place));
      if (places.length === 0 || left.length > 0) continue;
      erased.push(id);
      // Whoever wrote it: whose session it lies in may let it go.
      const isLeaving = own.includes(id) || places.some(({ client }) => segment.isOwnClient(client));
      if (!isLeaving) continue;
      leaving.add(id);
      clients.push(...places.map(({ client }) => client));
    }
    if (erased.length === 0) return;
    await segment.flush();
    await done(
      n,
      erased.filter((id) => !leaving.has(id)),
    );
    if (clients.length === 0) return;
    asked.set(n, new Set([...(asked.get(n) ?? []), ...leaving]));
    segment.purge(clients);
  }
  const done = (n: number, records: readonly string[]) =>
    storage.batch().deleteErasures(chat, n, records).commit();

  return {
    /**
     * Adds what these ask for to the batch that says that they are deleted.
     * @param areBack the relay had let go of them: whoever has them sees to it.
     */
    add(batch: Batch, erased: readonly ErasedRecord[], areBack = false) {
      for (const { id, segments, author } of erased) {
        const own = areBack || author === deps.selfUser ? 1 : 0;
        for (const segment of segments) batch.addErasure({ record: id, chat, segment, own });
      }
      return batch;
    },
    /** Does what can be done in this segment now. */
    run,
    /** The relay has let go of all that it was asked to in this segment. */
    async purged(n: number) {
      const ids = [...(asked.get(n) ?? [])];
      asked.delete(n);
      await done(n, ids);
    },
  };
}
