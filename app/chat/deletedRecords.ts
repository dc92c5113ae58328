// Which records' bodies may be gone: those of deleted messages, and those of the edits of them (SPEC D14, D17).
import type { StoredMessage } from '../storage/models.ts';
import type { KnownRecords, Storage } from '../storage/storage.ts';

/** Those of these records whose message this device knows as deleted. */
export async function deletedAmong(storage: Storage, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return deletedOf(storage, await storage.records(ids));
}

/** The same of records whose rows have just been read. */
export async function deletedOf(
  storage: Storage,
  { messages, changes }: Pick<KnownRecords, 'messages' | 'changes'>,
): Promise<ReadonlySet<string>> {
  const edits = [...changes.values()].filter(
    ({ change }) => change.kind === 'edit' || change.kind === 'erased',
  );
  const isGone = (message: StoredMessage | undefined) => message?.kind === 'deleted';
  const others = edits.map(({ target }) => target).filter((id) => id !== '' && !messages.has(id));
  const targets = await storage.messages.many(others);
  return new Set([
    ...[...messages.values()].filter(isGone).map(({ id }) => id),
    ...edits.filter(({ target }) => isGone(messages.get(target) ?? targets.get(target))).map(({ id }) => id),
  ]);
}

export const isDeleted = async (storage: Storage, id: string): Promise<boolean> =>
  (await deletedAmong(storage, [id])).has(id);
