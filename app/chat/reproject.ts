// Rows made again from their records: what stands in them counts for nothing, but for what only this device decided (hidden
// here), and what a record said before somebody said it again without its body. A row stays as it is until the one in its
// place is written, and stays where no record makes another. All changes of a chat are made again before the first message,
// which is then what its record and its changes say.
import { idToText } from '../../shared/protocol/ids.ts';
import { parseBody } from '../doc/bodies.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { withTimer } from './fleeting.ts';
import {
  applyChange,
  cameIn,
  changeOf,
  erasedRecord,
  messageOf,
  oneOfEach,
  putFindable,
  withoutText,
  type ErasedRecord,
  type ProjectedRecord,
  type ProjectionDeps,
} from './projection.ts';

/** Rows of these records, and whose bodies are to go; nothing is written until the batch is committed. */
export async function reprojectRecords(
  deps: ProjectionDeps,
  before: StoredChat,
  records: readonly ProjectedRecord[],
): Promise<{
  readonly batch: Batch;
  readonly erased: readonly ErasedRecord[];
  /** As it was, but for the time that it gives to messages. */
  readonly chat: StoredChat;
}> {
  const { storage } = deps;
  const batch = storage.batch();
  const messages: { readonly made: StoredMessage; readonly isBare: boolean }[] = [];
  const erased: ErasedRecord[] = [];
  let chat = before;
  const ids = records.map(({ header }) => idToText(header.id));
  const known = new Map((await storage.changes(ids)).map((change) => [change.id, change]));
  for (const [id, record] of oneOfEach(records)) {
    const body = record.body && parseBody(record.header.kind, record.body);
    const change = changeOf(id, chat.id, record, body);
    const row = known.get(id);
    // What an erased one named is known from when it had its body.
    const said = change?.change.kind === 'erased' ? (row ?? change) : change;
    if (said) batch.putChange({ ...said, ...cameIn(row, record.segment) });
    else chat = withTimer(chat, body, { id, at: record.header.at });
    if (!said) messages.push({ made: messageOf(deps, chat, id, record, body), isBare: !record.body });
  }
  const rows = await storage.messages.many(messages.map(({ made }) => made.id));
  for (const { made, isBare } of messages) {
    const changes = (await storage.changesOf([made.id])).filter((change) => change.chat === chat.id);
    const row = rows.get(made.id);
    // Another copy has its body, or had: somebody else may have said it again without.
    const message = isBare && row && row.kind !== 'deleted' ? row : made;
    const changed = changes.reduce((now, change) => applyChange(now, change, deps.nowMs()), message);
    const placed = {
      ...changed,
      ...cameIn(row, made.segment),
      isHidden: changed.isHidden || (row?.isHidden ?? false),
    };
    putFindable(deps, batch, placed, true);
    if (changed.kind !== 'deleted') continue;
    // A deletion that came too early may count by now.
    if (made.kind !== 'deleted') erased.push(erasedRecord(placed));
    const edits = withoutText(changed, changes, deps.nowMs());
    for (const edit of edits.rows) batch.putChange(edit);
    erased.push(...edits.erased);
  }
  if (chat !== before) batch.putChat(chat);
  return { batch, erased, chat };
}
