// Putting back a ledger that the relay has lost, or the end of one: each entry is judged as when it first came, and only
// what continues the relay's own branch is taken. Decides, and hands on what to store; stores nothing itself.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { chatIdOf, hashChatEntry, parseChatEntry } from '../../shared/protocol/chatLedger.ts';
import type { LedgerReturnRequest } from '../../shared/protocol/http.ts';
import type { ChatId, EntryHash32 } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { isBoxOf } from './boxTree.ts';
import {
  authorityOf,
  judgeChatEntry,
  judgeChatGenesis,
  type ChatAuthority,
  type LedgerRefusal,
} from './chatAuthority.ts';
import { keyOf } from './keyOf.ts';
import { sha256 } from './sha256.ts';

/** Before any invitation ended: a join that is put back may have been in time. */
const anyTime = 0;

/** The relay's own ledger of this chat: none, or all of it, the oldest first. */
export type KnownLedger = readonly Bytes[];
export interface LedgerReturnVerdict {
  /** To append, in order. */
  readonly fresh: readonly { readonly hash: EntryHash32; readonly entry: Bytes }[];
  /** What the ledger says with them. */
  readonly authority: ChatAuthority;
  /** Epochs whose boxes the relay has, and which have other ones by now. */
  readonly outdatedEpochs: readonly number[];
  /** Boxes that are their epoch's now. */
  readonly boxes: LedgerReturnRequest['boxes'];
}
export type LedgerReturnRefusal = { readonly code: LedgerRefusal | 'not-found'; readonly head?: EntryHash32 };

export function judgeLedgerReturn(
  chatId: ChatId,
  known: KnownLedger,
  { entries, boxes }: LedgerReturnRequest,
): Result<LedgerReturnVerdict, LedgerReturnRefusal> {
  const hashOf = (entry: Bytes) => hashChatEntry(sha256, entry);
  const hashes = new Set(known.map((entry) => keyOf(hashOf(entry))));
  const last = known.at(-1);
  let authority = last && authorityOf(hashOf(last), last);
  const fresh: { hash: EntryHash32; entry: Bytes }[] = [];
  for (const entry of entries) {
    const hash = hashOf(entry);
    if (hashes.has(keyOf(hash))) continue;
    if (!authority && !equalBytes(chatIdOf(sha256, entry), chatId)) return fail({ code: 'not-found' });
    const judged = authority
      ? judgeChatEntry(authority, entry, 'apart', anyTime)
      : judgeChatGenesis(entry, 'apart');
    if (!judged.ok) {
      return fail({
        code: judged.error,
        ...(authority && fresh.length === 0 ? { head: authority.head } : {}),
      });
    }
    authority = judged.value;
    hashes.add(keyOf(hash));
    fresh.push({ hash, entry });
  }
  if (!authority) return fail({ code: 'not-found' });
  const before = rootsByEpoch(known);
  const after = rootsByEpoch([...known, ...fresh.map(({ entry }) => entry)]);
  const areTheirs = boxes.every((box) => after.get(box.epoch)?.some((root) => isBoxOf(root, box)));
  if (!areTheirs) return fail({ code: 'malformed' });
  // Who brings them may not have heard yet that the epoch has others by now.
  const newest = boxes.filter((box) =>
    after
      .get(box.epoch)
      ?.slice(-1)
      .some((root) => isBoxOf(root, box)),
  );
  const outdatedEpochs = [...before].flatMap(([epoch, roots]) => {
    const [root, now] = [roots.at(-1), after.get(epoch)?.at(-1)];
    return root && now && !equalBytes(root, now) ? [epoch] : [];
  });
  return ok({ fresh, authority, outdatedEpochs, boxes: newest });
}

/** Of each epoch's entries, the oldest first; its boxes are those of the last. */
function rootsByEpoch(entries: readonly Bytes[]): ReadonlyMap<number, readonly Bytes[]> {
  const roots = new Map<number, readonly Bytes[]>();
  for (const entry of entries) {
    const body = parseChatEntry(entry)?.body;
    if (body) roots.set(body.epoch, [...(roots.get(body.epoch) ?? []), body.boxesRoot]);
  }
  return roots;
}
