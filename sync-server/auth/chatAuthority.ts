// Judges entries of a chat's ledger by their public half: does the head's authority allow this entry? Whether its sealed
// half makes sense only members can say; an entry that fails their checks changes nothing for them.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  hashChatEntry,
  parseChatEntry,
  type ChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import { noParent, type EntryHash32 } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { boxesRootOf } from './boxTree.ts';
import { sha256 } from './sha256.ts';
import { isSignedBy } from './verifySignature.ts';

/** What the newest entry of a ledger says about who may do what. */
export interface ChatAuthority {
  readonly head: EntryHash32;
  readonly body: ChatEntryBody;
}
export type LedgerRefusal = 'malformed' | 'bad-signature' | 'forbidden' | 'head-moved';

/** An entry as stored, read again. Throws on bytes that were never accepted. */
export function authorityOf(head: EntryHash32, entry: Uint8Array): ChatAuthority {
  const parsed = parseChatEntry(entry);
  if (!parsed) throw new Error('a stored ledger entry does not parse');
  return { head, body: parsed.body };
}

/** Boxes that come with an entry; `apart` where an entry is put back: then they come one by one, each with its path. */
type GivenBoxes = readonly Bytes[] | 'apart';
const areBoxesOf = (root: Bytes, boxes: GivenBoxes) =>
  boxes === 'apart' || equalBytes(root, boxesRootOf(boxes));

/** The first epoch of a chat. */
const firstEpoch = 1;

export function judgeChatGenesis(bytes: Bytes, boxes: GivenBoxes): Result<ChatAuthority, LedgerRefusal> {
  const entry = parseChatEntry(bytes);
  if (entry?.body.kind !== chatEntryKinds.genesis) return fail('malformed');
  const { body } = entry;
  if (!equalBytes(body.parent, noParent) || body.epoch > firstEpoch) return fail('malformed');
  if (!areBoxesOf(body.boxesRoot, boxes)) return fail('malformed');
  if (!isSignedBy(body.adminKey, chatEntryStatement(body), entry.signature)) return fail('bad-signature');
  return ok({ head: hashChatEntry(sha256, bytes), body });
}

export function judgeChatEntry(
  current: ChatAuthority,
  bytes: Bytes,
  boxes: GivenBoxes,
  now: number,
): Result<ChatAuthority, LedgerRefusal> {
  const entry = parseChatEntry(bytes);
  if (!entry) return fail('malformed');
  // Before the signature: a stale writer must learn the head, whatever key was current when it signed.
  if (!equalBytes(entry.body.parent, current.head)) return fail('head-moved');
  const refusal = refusalOf(current.body, entry, boxes, now);
  return refusal ? fail(refusal) : ok({ head: hashChatEntry(sha256, bytes), body: entry.body });
}

function refusalOf(
  current: ChatEntryBody,
  entry: ChatEntry,
  boxes: GivenBoxes,
  now: number,
): LedgerRefusal | undefined {
  switch (entry.body.kind) {
    case chatEntryKinds.change:
      return changeRefusal(current, entry, boxes);
    case chatEntryKinds.join:
      return joinRefusal(current, entry, boxes, now);
    default:
      return 'malformed';
  }
}

function changeRefusal(
  current: ChatEntryBody,
  { body, signature }: ChatEntry,
  boxes: GivenBoxes,
): LedgerRefusal | undefined {
  if (!isSignedBy(current.adminKey, chatEntryStatement(body), signature)) return 'bad-signature';
  const isSameEpoch = body.epoch === current.epoch;
  if (!isSameEpoch && body.epoch !== current.epoch + 1) return 'forbidden';
  if (isSameEpoch && !hasSameCapabilities(current, body)) return 'forbidden';
  const keepsBoxes = isSameEpoch && boxes.length === 0 && equalBytes(body.boxesRoot, current.boxesRoot);
  return keepsBoxes || areBoxesOf(body.boxesRoot, boxes) ? undefined : 'malformed';
}

/** A join may change nothing that the relay can read, except that it may use up its own invitation. */
function joinRefusal(
  current: ChatEntryBody,
  { body, signature }: ChatEntry,
  boxes: GivenBoxes,
  now: number,
): LedgerRefusal | undefined {
  const statement = chatEntryStatement(body);
  const used = current.invitations.find(
    ({ key, expiresAt }) => expiresAt > now && isSignedBy(key, statement, signature),
  );
  if (!used) return 'bad-signature';
  const isUnchanged =
    body.epoch === current.epoch &&
    hasSameCapabilities(current, body) &&
    equalBytes(body.boxesRoot, current.boxesRoot) &&
    (boxes === 'apart' || boxes.length === 0);
  if (!isUnchanged) return 'forbidden';
  const left = current.invitations.filter((invitation) => invitation !== used);
  return isSameList(body.invitations, current.invitations) || isSameList(body.invitations, left)
    ? undefined
    : 'forbidden';
}

/** Capabilities change with the epoch only: sockets have proven them. */
const hasSameCapabilities = (a: ChatEntryBody, b: ChatEntryBody): boolean =>
  equalBytes(a.adminKey, b.adminKey) &&
  equalBytes(a.readKey, b.readKey) &&
  equalBytes(a.postKey, b.postKey) &&
  equalBytes(a.epochCommitment, b.epochCommitment);

type InvitationList = ChatEntryBody['invitations'];
const isSameList = (a: InvitationList, b: InvitationList): boolean =>
  a.length === b.length &&
  a.every((item, i) => {
    const other = b[i];
    return other !== undefined && item.expiresAt === other.expiresAt && equalBytes(item.key, other.key);
  });
