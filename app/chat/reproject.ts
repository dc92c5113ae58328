// Rows made again from their records: what stands in them counts for nothing, but for what only this device decided
// (hidden here). A row stays as it is until the one in its place is written, and stays where no record makes another.
import { idToText } from '../../shared/protocol/ids.ts';
import { parseBody } from '../doc/bodies.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChange, StoredChat, StoredMessage } from '../storage/models.ts';
import { applyChange, changeOf, messageOf, type ProjectedRecord, type ProjectionDeps } from './projection.ts';

/** Rows of these records, and of those that they change; nothing is written until the batch is committed. */
export async function reprojectRecords(
  deps: ProjectionDeps,
  chat: StoredChat,
  records: readonly ProjectedRecord[],
): Promise<Batch> {
  const { storage } = deps;
  const batch = storage.batch();
  const messages = new Map<string, StoredMessage>();
  const changes = new Map<string, StoredChange>();
  for (const record of records) {
    const id = idToText(record.header.id);
    const body = record.body && parseBody(record.header.kind, record.body);
    const change = body && changeOf(id, chat.id, record, body);
    if (change) changes.set(id, change);
    else messages.set(id, messageOf(deps, chat, id, record, body));
  }
  const targets = [...changes.values()].map(({ target }) => target).filter((id) => !messages.has(id));
  const before = await storage.messages.many([...messages.keys(), ...targets]);
  for (const id of messages.keys()) {
    const { isHidden } = before.get(id) ?? {};
    const message = messages.get(id);
    if (isHidden && message) messages.set(id, { ...message, isHidden, isUnread: false, text: '', terms: [] });
  }
  // Of another part, which may have been made without these.
  for (const id of targets) {
    const target = before.get(id);
    if (target?.chat === chat.id) messages.set(id, withoutChanges(target, changes));
  }
  for (const [id, message] of messages) {
    const known = (await storage.changesOf(id)).filter((change) => !changes.has(change.id));
    const all = [...known, ...[...changes.values()].filter(({ target }) => target === id)];
    const counting = all.filter((change) => change.chat === chat.id);
    const changed = counting.reduce((now, change) => applyChange(deps, now, change), message);
    batch.putMessage(changed.isHidden ? { ...changed, text: '', terms: [], reactions: {} } : changed);
    if (changed.kind !== 'deleted') continue;
    // A deleted text must not live on in an edit of it.
    for (const { change, ...about } of all) {
      if (change.kind !== 'edit' || change.text === '') continue;
      const empty = { ...about, change: { kind: 'edit' as const, text: '' } };
      if (changes.has(about.id)) changes.set(about.id, empty);
      else batch.putChange(empty);
    }
  }
  for (const change of changes.values()) batch.putChange(change);
  return batch;
}

/** So that a change that is made again counts again, whatever it said before. */
function withoutChanges(message: StoredMessage, changes: ReadonlyMap<string, StoredChange>): StoredMessage {
  const { edit, ...rest } = message;
  const reactions = Object.entries(message.reactions).filter(([, { id }]) => !changes.has(id));
  return {
    ...rest,
    ...(edit && !changes.has(edit.id) ? { edit } : {}),
    reactions: Object.fromEntries(reactions),
  };
}
