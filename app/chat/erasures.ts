// Bodies of deleted messages, erased wherever they still lie: in the document on this device, in a complete segment that
// it keeps, and, where they are one's own, at the relay. What is to be done stands on the disk until it is done.
import type { SegmentRow } from '../doc/segmentRow.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredMessage } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { KeptSegments } from './keptSegments.ts';

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
  /** Where a record of the open segments lies. */
  readonly placesOf: (id: string) => readonly SegmentItem['place'][];
}
export type Erasures = ReturnType<typeof createErasures>;

export function createErasures(deps: ErasuresDeps) {
  const { chat, storage } = deps;
  /** What the relay was asked to let go, by segment. */
  const asked = new Map<number, Set<string>>();

  /** The relay is asked only once it has the deletion: others must know why a body is gone. */
  async function isDeletionStored(id: string): Promise<boolean> {
    const changes = await storage.changesOf([id]);
    const deletions = changes.filter(({ change }) => change.kind === 'deletion').map((change) => change.id);
    return deletions.length > 0 && !(await storage.isWaiting(deletions));
  }

  async function run(n: number): Promise<void> {
    const rows = await storage.erasures(chat, n);
    if (rows.length === 0 || deps.isChecked(n)) return;
    const own: string[] = [];
    for (const { id, own: isOwn } of rows) if (isOwn && (await isDeletionStored(id))) own.push(id);
    const others = rows.filter(({ own: isOwn }) => !isOwn).map(({ id }) => id);
    // What others don't know of as deleted stays in the document: a snapshot of it may not miss anything.
    const ids = [...others, ...own];
    if (n < deps.unsealed()) {
      await deps.kept.erase(n, ids, own, done);
      return done(others);
    }
    const segment = deps.row().get(n);
    if (!segment) return;
    const erased = new Set<string>();
    const clients: number[] = [];
    for (const id of ids) {
      const places = deps.placesOf(id);
      // Each of them is tried, and none is left over.
      const left = places.filter((place) => !segment.eraseBody(place));
      if (places.length === 0 || left.length > 0) continue;
      erased.add(id);
      if (own.includes(id)) clients.push(...places.map(({ client }) => client));
    }
    if (erased.size === 0) return;
    await segment.flush();
    await done(others.filter((id) => erased.has(id)));
    if (clients.length === 0) return;
    asked.set(n, new Set([...(asked.get(n) ?? []), ...own.filter((id) => erased.has(id))]));
    segment.purge(clients);
  }
  const done = (ids: readonly string[]) => storage.batch().deleteErasures(ids).commit();

  return {
    /** Adds what these deleted messages ask for to the batch that deletes them. */
    add(batch: Batch, messages: readonly StoredMessage[]) {
      for (const { id, segment, author } of messages) {
        batch.addErasure({ id, chat, segment, own: author === deps.selfUser ? 1 : 0 });
      }
      return batch;
    },
    /** Does what can be done in this segment now. */
    run,
    /** The relay has let go of all that it was asked to in this segment. */
    async purged(n: number) {
      const ids = [...(asked.get(n) ?? [])];
      asked.delete(n);
      await done(ids);
    },
  };
}
