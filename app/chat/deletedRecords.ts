// Which records' bodies may be gone: those of deleted messages, and those of the edits of them (SPEC D14, D17).
import type { Storage } from '../storage/storage.ts';

/** Those of these records whose message this device knows as deleted. */
export async function deletedAmong(storage: Storage, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const changes = (await storage.changes(ids)).filter(
    ({ change }) => change.kind === 'edit' || change.kind === 'erased',
  );
  const messages = await storage.messages.many([...ids, ...changes.map(({ target }) => target)]);
  const isGone = (id: string) => messages.get(id)?.kind === 'deleted';
  return new Set([
    ...ids.filter(isGone),
    ...changes.filter(({ target }) => isGone(target)).map(({ id }) => id),
  ]);
}

export const isDeleted = async (storage: Storage, id: string): Promise<boolean> =>
  (await deletedAmong(storage, [id])).has(id);
