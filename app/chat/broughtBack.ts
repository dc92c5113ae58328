// Records that this device knew by their header alone, since somebody had said them without their body, and that have come
// whole now: they count as if they had come whole at first (SPEC D6). What was deleted stays so.
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { parseBody } from '../doc/bodies.ts';
import { openBody, type ReadRecord } from '../doc/record.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { StoredChange, StoredMessage } from '../storage/models.ts';
import type { KnownRecords, Storage } from '../storage/storage.ts';
import { isFleeting } from './fleeting.ts';
import { isRightlyDeleted } from './projection.ts';

export interface ReadItem {
  readonly record: ReadRecord;
  readonly item: Pick<SegmentItem, 'body'>;
}
export interface BroughtBack extends ReadItem {
  /** As it stood for the header alone. */
  readonly before: StoredMessage | StoredChange;
}

/** What an edit names; of one that had come without its body, too. */
export function editedBy(context: ChatContext, { record: { header }, item }: ReadItem): string {
  const bytes = openBody(context, header, item.body);
  const body = bytes && parseBody(header.kind, bytes);
  return body?.kind === 'edit' ? idToText(body.target) : '';
}

/** @param rows what there is of these records. */
export async function broughtBack(
  context: ChatContext,
  storage: Storage,
  read: readonly ReadItem[],
  rows: KnownRecords,
  nowMs: number,
): Promise<readonly BroughtBack[]> {
  const whole = read.filter(({ item }) => item.body !== undefined && item.body.length > 0);
  const { messages, changes } = rows;
  const bareRow = ({ record: { header, author } }: ReadItem) => {
    const change = changes.get(idToText(header.id));
    if (change) return change.change.kind === 'erased' && change.author === idToText(author.user) && change;
    const message = messages.get(idToText(header.id));
    // Another's under the same id was not the first, and counts nowhere.
    const isSame = message?.device === idToText(header.device) && message.sequence === header.sequence;
    return isSame && message.kind === 'deleted' && (!message.isHidden || isFleeting(message)) && message;
  };
  const bare = whole.flatMap((one): BroughtBack[] => {
    const before = bareRow(one);
    return before && openBody(context, one.record.header, one.item.body) ? [{ ...one, before }] : [];
  });
  if (bare.length === 0) return [];
  const about = (one: BroughtBack) => editedBy(context, one) || idToText(one.record.header.id);
  const named = [...new Set(bare.map(about))];
  const stands = await storage.withChanges(named, []);
  const told = Map.groupBy(stands.changes, ({ target }) => target);
  return bare.filter((one) => {
    const target = stands.messages.get(about(one));
    return !target || !isRightlyDeleted(target, told.get(target.id) ?? [], nowMs);
  });
}
