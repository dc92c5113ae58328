// Entries that wait while their epoch ends: the relay never took them and takes none of that epoch any more. They are
// sealed again under the current one, in the same places of their sessions; the records inside stay as they are.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { hashEntry, parseEntry } from '../../shared/protocol/entry.ts';
import { idToText, type DocumentId, type EntryHash, type SessionId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import type { ChatContext } from './chatContext.ts';
import { openUpdate, sealUpdate } from './entrySeal.ts';

interface Placed {
  readonly session: SessionId;
  readonly sequence: number;
  readonly entry: Bytes;
}

/** Of another epoch, or of one with the same number in a branch of the ledger that was left. */
export function isStale(context: ChatContext, entry: Bytes): boolean {
  const header = parseEntry(entry)?.header;
  const { epoch } = context.currentKeys();
  return header?.epoch !== epoch || !context.knows(header.ledgerHead, epoch);
}

/**
 * Those of `waiting` (each session's in order) that have to change: what names another epoch, and what stands on it.
 * Only right once it is certain that the relay has none of them.
 */
export async function resealEntries<W extends Placed>(
  context: ChatContext,
  document: DocumentId,
  kind: number,
  waiting: readonly W[],
  random: Random,
): Promise<readonly W[]> {
  const changed = new Map<string, EntryHash>();
  const anew: W[] = [];
  for (const one of waiting) {
    const before = changed.get(idToText(one.session));
    if (!before && !isStale(context, one.entry)) continue;
    const opened = await openUpdate(context, document, kind, one.entry);
    if (!opened.ok) continue;
    const { header, update } = opened.value;
    const place = { kind, session: one.session, sequence: one.sequence, previous: before ?? header.previous };
    const entry = await sealUpdate(context, document, place, update, random);
    changed.set(idToText(one.session), hashEntry(sha256, document, entry));
    anew.push({ ...one, entry });
  }
  return anew;
}
