// What is there of a chat's records, beside which others may be lost. A header alone is not a record: anybody can say it
// again without its body, or with another. That suffices only for one whose message is known here as deleted.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { readRecord } from '../doc/record.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { LostRecord } from './lostRecords.ts';

type Item = Pick<SegmentItem, 'header' | 'body'>;

export interface MissingRecord extends LostRecord {
  /** One's own, of which nothing is there. What lacks its body alone may have been deleted by a record on its way. */
  readonly isUrgent: boolean;
}

/** Those of which no copy is there, byte for byte: a quick look, before anything is opened. */
export function withoutCopies<I extends Item>(there: readonly Item[], items: readonly I[]): readonly I[] {
  const bodies = new Map<string, Uint8Array[]>();
  for (const { header, body } of there) {
    const key = bytesToBase64url(header);
    if (body) bodies.set(key, [...(bodies.get(key) ?? []), body]);
  }
  return items.filter(({ header, body }) => {
    const copies = bodies.get(bytesToBase64url(header)) ?? [];
    return !body || !copies.some((copy) => equalBytes(copy, body));
  });
}

export function recordsThere(context: ChatContext, items: readonly Item[]) {
  const copiesById = new Map<string, Item[]>();
  function add(more: readonly Item[]) {
    for (const item of more) {
      const record = readRecord(context, item.header);
      if (!record) continue;
      const id = idToText(record.header.id);
      const copies = copiesById.get(id);
      if (copies) copies.push(item);
      else copiesById.set(id, [item]);
    }
  }
  add(items);
  const isThere = ({ id, record: { header, body } }: LostRecord) => {
    const copies = copiesById.get(id) ?? [];
    if (body.length === 0) return copies.length > 0;
    return copies.some((copy) => copy.body && equalBytes(copy.body, body) && equalBytes(copy.header, header));
  };
  return {
    add,
    /**
     * Of these, what is to be said again: each once, and whole where one of its copies is. Two with one id are two: who puts
     * another under the id of somebody's word hides nothing by it.
     */
    missing(found: readonly LostRecord[]): readonly MissingRecord[] {
      const missing = new Map<string, MissingRecord>();
      for (const one of found) {
        const header = bytesToBase64url(one.record.header);
        if (isThere(one) || (missing.has(header) && one.record.body.length === 0)) continue;
        missing.set(header, { ...one, isUrgent: one.isOwn && !copiesById.has(one.id) });
      }
      return [...missing.values()];
    },
  };
}
