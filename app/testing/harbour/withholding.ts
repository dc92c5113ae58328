// A relay that keeps some entries from one of its people, and does it well: it numbers what is left without a gap, and
// answers with the hashes of the log that they see. Only the authors' chains of records can show it.
import { extendLogHash, hashEntry, parseEntry } from '../../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { idToText, type DocumentId } from '../../../shared/protocol/ids.ts';
import { sha256 } from '../../crypto/hash.ts';
import type { Lie } from './lie.ts';

/** @param keeps whether this entry of this document never arrives. */
export function withholding(keeps: (entry: Uint8Array, document: DocumentId) => boolean): Lie {
  /** By document: the log as it is told, each place with the true cursor behind it. */
  const logs = new Map<string, { told: Cursor; truth: Cursor }[]>();
  const documentByChannel = new Map<number, DocumentId>();
  /** Entries of their own, by session and number, until they are acknowledged. */
  const own = new Map<string, Uint8Array>();
  const logOf = (document: DocumentId) => {
    const log = logs.get(idToText(document)) ?? [{ told: startCursor, truth: startCursor }];
    logs.set(idToText(document), log);
    return log;
  };
  const endOf = (document: DocumentId) => logOf(document).at(-1) ?? { told: startCursor, truth: startCursor };
  const next = ({ seq, hash }: Cursor, document: DocumentId, entry: Uint8Array): Cursor => ({
    seq: seq + 1,
    hash: extendLogHash(sha256, hash, hashEntry(sha256, document, entry)),
  });
  const grow = (document: DocumentId, entry: Uint8Array, isTold: boolean) => {
    const { told, truth } = endOf(document);
    logOf(document).push({
      told: isTold ? next(told, document, entry) : told,
      truth: next(truth, document, entry),
    });
  };

  return {
    up(frame) {
      if (frame.type === 'append') {
        const header = parseEntry(frame.entry)?.header;
        if (header) own.set(`${idToText(header.session)} ${header.sequence}`, frame.entry);
      }
      if (frame.type !== 'subscribe') return [frame];
      const { document, cursor } = frame;
      documentByChannel.set(frame.channel, document);
      const log = logOf(document);
      const at = log.findLastIndex(({ told }) => told.seq === cursor.seq);
      const place = log[at];
      if (!place) {
        log.splice(0, Infinity, { told: cursor, truth: cursor });
        return [frame];
      }
      log.splice(at + 1);
      return [{ ...frame, cursor: place.truth }];
    },
    down(frame) {
      const document = 'channel' in frame ? documentByChannel.get(frame.channel) : undefined;
      if (!document) return [frame];
      switch (frame.type) {
        case 'entries': {
          const firstSeq = endOf(document).told.seq + 1;
          const entries = frame.entries.filter((entry) => {
            const isTold = !keeps(entry, document);
            grow(document, entry, isTold);
            return isTold;
          });
          return entries.length > 0 ? [{ ...frame, firstSeq, entries }] : [];
        }
        case 'ack': {
          const entry = own.get(`${idToText(frame.session)} ${frame.sequence}`);
          if (entry) grow(document, entry, true);
          return [{ ...frame, cursor: endOf(document).told }];
        }
        case 'live':
          return [{ ...frame, cursor: endOf(document).told }];
        default:
          return [frame];
      }
    },
  };
}
