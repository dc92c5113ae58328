// Checks ledgers as they were judged when they came: chats' hash chains, authority and boxes, users' first entries. When
// a join came is not known any more, so an invitation's end counts for nothing here.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  hashChatEntry,
  parseChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import { idToText, type UserId } from '../../shared/protocol/ids.ts';
import { boxesRootOf, isBoxOf } from '../auth/boxTree.ts';
import { judgeChatEntry, judgeChatGenesis, type ChatAuthority } from '../auth/chatAuthority.ts';
import { sha256 } from '../auth/sha256.ts';
import { judgeUserGenesis, type NewUser } from '../auth/userGenesis.ts';
import { isSignedBy } from '../auth/verifySignature.ts';
import type { ReturnedUser, StoredChat, StoredUser } from '../log/openForReading.ts';
import type { ReturnedBox } from '../log/returnedBoxes.ts';

type Say = (problem: string) => void;
/** Before every end. */
const always = 0;

export function verifyUserLedger({ userId, entries, devices }: StoredUser, say: Say): void {
  const name = `user ${idToText(userId)}`;
  const [genesis] = entries;
  if (!genesis) return say(`${name}: the ledger is empty`);
  const named = verifyGenesis(userId, genesis, say);
  if (!named) return;
  const { deviceId, deviceKey } = named;
  const isNamed = devices.some(
    (device) => equalBytes(device.deviceId, deviceId) && equalBytes(device.key, deviceKey),
  );
  if (!isNamed) say(`${name}: the device of ledger entry 0 is missing or has another key`);
}

/** One that others brought for a user without an account. */
export const verifyReturnedUser = ({ userId, entry }: ReturnedUser, say: Say): void =>
  void verifyGenesis(userId, entry, say);

function verifyGenesis(userId: UserId, genesis: Bytes, say: Say): NewUser | undefined {
  const name = `user ${idToText(userId)}`;
  const judged = judgeUserGenesis(genesis);
  if (!judged.ok) return void say(`${name}: ledger entry 0 is ${judged.error}`);
  if (!equalBytes(judged.value.userId, userId)) say(`${name}: the ledger is another user's`);
  return judged.value;
}

/** Returns the epoch that the ledger goes up to, where it can be told. */
export function verifyChatLedger(
  { chatId, entries, boxesOf, boxEpochs, returnedBoxes }: StoredChat,
  sayProblem: Say,
): number | undefined {
  const say = (problem: string) => void sayProblem(`chat ${idToText(chatId)}: ${problem}`);
  if (entries.length === 0) return void say('the ledger is empty');
  let current: ChatAuthority | undefined;
  for (const [index, { position, hash, entry }] of entries.entries()) {
    if (position !== index) return void say(`ledger entry ${index} is missing`);
    const parsed = parseChatEntry(entry);
    if (!parsed) return void say(`ledger entry ${index} can't be read`);
    const actual = hashChatEntry(sha256, entry);
    if (!equalBytes(actual, hash)) say(`ledger entry ${index} is not what was accepted`);
    if (index === 0 && !equalBytes(hash, chatId)) say('ledger entry 0 is not what the chat is named after');
    const error = current ? refusalOf(current, entry, parsed.body, boxesOf) : genesisRefusal(entry, boxesOf);
    if (error !== undefined) say(`ledger entry ${index} is ${error}`);
    // Later ones are judged by what stands there, so that one damage is said once.
    current = { head: hash, body: parsed.body };
  }
  verifyBoxes(entries, { boxesOf, boxEpochs: boxEpochs(), returned: returnedBoxes() }, say);
  return current?.body.epoch;
}

interface StoredBoxes {
  readonly boxesOf: BoxesOf;
  readonly boxEpochs: readonly number[];
  readonly returned: readonly ReturnedBox[];
}
type BoxesOf = (epoch: number) => readonly Bytes[];

/** Boxes are replaced within an epoch; an earlier entry's are gone, and its root is taken as it stands. */
function genesisRefusal(entry: Bytes, boxesOf: BoxesOf): string | undefined {
  const parsed = parseChatEntry(entry);
  if (!parsed) return 'malformed';
  const boxes = boxesOf(parsed.body.epoch);
  if (equalBytes(boxesRootOf(boxes), parsed.body.boxesRoot)) {
    const judged = judgeChatGenesis(entry, boxes);
    return judged.ok ? undefined : judged.error;
  }
  if (parsed.body.kind !== chatEntryKinds.genesis) return 'malformed';
  const isSigned = isSignedBy(parsed.body.adminKey, chatEntryStatement(parsed.body), parsed.signature);
  return isSigned ? undefined : 'bad-signature';
}

function refusalOf(
  current: ChatAuthority,
  entry: Bytes,
  body: ChatEntryBody,
  boxesOf: BoxesOf,
): string | undefined {
  const keepsBoxes = body.epoch === current.body.epoch && equalBytes(body.boxesRoot, current.body.boxesRoot);
  const boxes = keepsBoxes ? [] : boxesOf(body.epoch);
  const judged = judgeChatEntry(current, entry, boxes, always);
  if (judged.ok) return undefined;
  // Of a change, boxes are judged last: whatever else could be wrong with it is right.
  const isOfBoxes = judged.error === 'malformed' && body.kind === chatEntryKinds.change;
  return isOfBoxes ? undefined : judged.error;
}

/** All boxes of an epoch, or those that members brought back one by one after all were lost. */
function verifyBoxes(
  entries: StoredChat['entries'],
  { boxesOf, boxEpochs, returned }: StoredBoxes,
  say: Say,
): void {
  const rootByEpoch = new Map<number, Bytes>();
  for (const { entry } of entries) {
    const body = parseChatEntry(entry)?.body;
    if (body) rootByEpoch.set(body.epoch, body.boxesRoot);
  }
  for (const [epoch, root] of rootByEpoch) {
    const boxes = boxesOf(epoch);
    if (boxes.length > 0 && !equalBytes(boxesRootOf(boxes), root))
      say(`the boxes of epoch ${epoch} are not those that its ledger names`);
  }
  for (const epoch of boxEpochs)
    if (!rootByEpoch.has(epoch)) say(`there are boxes of epoch ${epoch}, which its ledger does not name`);
  // A relay that was told of the chat anew has those that somebody has brought so far.
  const [newest, root] = [...rootByEpoch].at(-1) ?? [];
  const hasSome = returned.length > 0 || boxEpochs.some((epoch) => epoch === newest);
  if (root && !hasSome && !equalBytes(root, boxesRootOf([])))
    say(`the boxes of epoch ${newest}, its newest, are gone until its members bring them back`);
  for (const box of returned) {
    const root = rootByEpoch.get(box.epoch);
    if (!root || !isBoxOf(root, box))
      say(`box ${box.index} of epoch ${box.epoch} is not one that its ledger names`);
  }
}
