// Rows made again from their records: what stands in them counts for nothing, but for what only this device decided
// (hidden here). A row stays as it is until the one in its place is written, and stays where no record makes another. All
// changes of a chat are made again before the first message, which is then what its record and its changes say.
import { idToText } from '../../shared/protocol/ids.ts';
import { parseBody } from '../doc/bodies.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { applyChange, changeOf, messageOf, type ProjectedRecord, type ProjectionDeps } from './projection.ts';

/** Rows of these records; nothing is written until the batch is committed. */
export async function reprojectRecords(
  deps: ProjectionDeps,
  chat: StoredChat,
  records: readonly ProjectedRecord[],
): Promise<Batch> {
  const { storage } = deps;
  const batch = storage.batch();
  const messages: StoredMessage[] = [];
  for (const record of records) {
    const id = idToText(record.header.id);
    const body = record.body && parseBody(record.header.kind, record.body);
    const change = body && changeOf(id, chat.id, record, body);
    if (change) batch.putChange(change);
    else messages.push(messageOf(deps, chat, id, record, body));
  }
  const before = await storage.messages.many(messages.map(({ id }) => id));
  for (const message of messages) {
    const changes = (await storage.changesOf([message.id])).filter((change) => change.chat === chat.id);
    const changed = changes.reduce((now, change) => applyChange(deps, now, change), message);
    const isHidden = before.get(message.id)?.isHidden ?? false;
    const hidden = { ...changed, isHidden, isUnread: false, text: '', terms: [], reactions: {} };
    batch.putMessage(isHidden ? hidden : changed);
    if (changed.kind !== 'deleted') continue;
    // A deleted text must not live on in an edit of it.
    for (const { change, ...about } of changes) {
      if (change.kind === 'edit') batch.putChange({ ...about, change: { kind: 'edit', text: '' } });
    }
  }
  return batch;
}
