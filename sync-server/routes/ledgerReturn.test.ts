// Ledgers put back by members after the relay lost them, through the real app.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { chatEntryKinds } from '../../shared/protocol/chatLedger.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { userIdOf } from '../../shared/protocol/userLedger.ts';
import { boxesRootOf, boxPathOf } from '../auth/boxTree.ts';
import { sha256 } from '../auth/sha256.ts';
import { openForReading } from '../log/openForReading.ts';
import { newSigner, randomBytes } from '../testing/signer.ts';
import { ledgerBody, ledgerEntry, newChat, newEpoch, type TestChat } from '../testing/testChat.ts';
import { createChat, newMember, prove, signInSocket } from '../testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from '../testing/testRelay.ts';
import {
  ask,
  bytesIn,
  comeBack,
  newUser,
  signIn,
  signUp,
  tokensIn,
  type TestUser,
} from '../testing/testUser.ts';
import { verifyChatLedger, verifyReturnedUser } from '../verify/verifyLedgers.ts';

async function openFor(chat: TestChat) {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const path = `/api/ledgers/${idToText(chat.chatId)}`;
  const giveBack = (entries: readonly Bytes[], boxes: readonly unknown[] = [], of = path) =>
    ask(relay.by, 'POST', `${of}/return`, { entries, boxes }, ann.token);
  const entries = async () => (await ask(relay.by, 'GET', path, undefined, ann.token)).body['entries'];
  const box = (epoch: number, index: number) =>
    ask(relay.by, 'GET', `${path}/boxes/${epoch}/${index}`, undefined, ann.token);
  return { relay, ann, giveBack, entries, box };
}
const boxOf = (boxes: readonly Bytes[], index: number, epoch = 1) => ({
  epoch,
  index,
  count: boxes.length,
  box: boxes[index],
  path: boxPathOf(boxes, index),
});
/** A chat with a change, a join by an invitation that has expired by now, and a new epoch. */
function longLedger(boxes: readonly Bytes[] = []) {
  const invited = newSigner();
  const invitations = [{ key: invited.publicKey, expiresAt: Date.UTC(2020, 0, 1) }];
  const chat = newChat(boxes, { invitations });
  const boxesRoot = boxesRootOf(boxes);
  const parent = chat.genesis.hash;
  const change = ledgerEntry(ledgerBody(chat.epoch, { parent, invitations, boxesRoot }), chat.epoch.admin);
  const join = ledgerEntry(
    ledgerBody(chat.epoch, { kind: chatEntryKinds.join, parent: change.hash, boxesRoot }),
    invited,
  );
  const next = newEpoch(2);
  const rotation = ledgerEntry(ledgerBody(next, { parent: join.hash, boxesRoot }), chat.epoch.admin);
  const all = [chat.genesis, change, join, rotation];
  return { chat, next, all, list: all.map(({ entry }) => entry) };
}

test('[R38] a lost ledger is put back from its genesis on, each entry judged as before', async () => {
  const { chat, next, list, all } = longLedger();
  const { relay, ann, giveBack, entries } = await openFor(chat);
  const answer = await giveBack(list);
  expect(bytesIn(answer.body['head'])).toEqual(all.at(-1)?.hash);
  expect(await entries()).toEqual(list.map(idToText));
  const socket = signInSocket(relay, ann);
  prove(socket, chat, next);
  expect(socket.all('proven')).toEqual([{ type: 'proven', chat: chat.chatId, epoch: 2 }]);
});

test('[R38] a prefix is extended, the same again and less than there is change nothing', async () => {
  const { chat, list } = longLedger();
  const { giveBack, entries } = await openFor(chat);
  for (const upTo of [1, 3, 3, 2, 0, 4, 4]) expect((await giveBack(list.slice(0, upTo))).status).toBe(200);
  expect(await entries()).toEqual(list.map(idToText));
  // Also in parts that begin in the middle.
  expect((await giveBack(list.slice(2))).status).toBe(200);
  expect(await entries()).toEqual(list.map(idToText));
});

test('[R38] another branch is head-moved and overwrites nothing', async () => {
  const { chat, list, all } = longLedger();
  const { giveBack, entries } = await openFor(chat);
  await giveBack(list);
  const rival = ledgerEntry(ledgerBody(chat.epoch, { parent: chat.genesis.hash }), chat.epoch.admin);
  const refused = await giveBack([chat.genesis.entry, rival.entry]);
  expect(refused).toMatchObject({ status: 409, body: { refusal: 'head-moved' } });
  expect(bytesIn(refused.body['detail'])).toEqual(all.at(-1)?.hash);
  expect(await entries()).toEqual(list.map(idToText));
});

test('[R38] what was never allowed is not put back, and nothing of it is stored', async () => {
  const { chat, list } = longLedger();
  const { giveBack, entries } = await openFor(chat);
  const [genesis, change, join, rotation] = list;
  const forged = ledgerEntry(ledgerBody(chat.epoch, { parent: chat.genesis.hash }), newSigner());
  const foreign = newChat();
  const given: [readonly (Bytes | undefined)[], string][] = [
    [[genesis, forged.entry], 'bad-signature'],
    [[genesis, join], 'head-moved'],
    [[change, join, rotation], 'not-found'],
    [[foreign.genesis.entry], 'not-found'],
    [[genesis, foreign.genesis.entry], 'head-moved'],
    [[], 'not-found'],
  ];
  for (const [parts, refusal] of given) {
    const answer = await giveBack(parts.flatMap((part) => part ?? []));
    expect(answer.body['refusal'], refusal).toBe(refusal);
    expect(await entries()).toBeUndefined();
  }
});

test('[R38] sockets that have proven the chat hear of what was put back', async () => {
  const { chat, list, all } = longLedger();
  const { relay, ann, giveBack } = await openFor(chat);
  await createChat(relay, ann, chat);
  const socket = signInSocket(relay, ann);
  prove(socket, chat);
  await giveBack(list);
  expect(socket.all('ledgerMoved').map(({ head }) => head)).toEqual([all.at(-1)?.hash]);
});

test('[R39] members bring their boxes back one by one, each with its path', async () => {
  const boxes = Array.from({ length: 5 }, () => randomBytes(60));
  const { chat, list } = longLedger(boxes);
  const { giveBack, box } = await openFor(chat);
  for (const index of [4, 0, 3]) expect((await giveBack(list, [boxOf(boxes, index)])).status).toBe(200);
  for (const index of [0, 3, 4]) {
    const { body } = await box(1, index);
    expect(bytesIn(body['box'])).toEqual(boxes[index]);
    expect(body['path']).toEqual(boxPathOf(boxes, index).map(idToText));
  }
  expect((await box(1, 1)).status).toBe(404);
  expect((await giveBack(list, [boxOf(boxes, 2, 2)])).status).toBe(200);
  expect(bytesIn((await box(2, 2)).body['box'])).toEqual(boxes[2]);
});

test('[R39] a box of another place, path, epoch or chat is refused, and the whole with it', async () => {
  const boxes = Array.from({ length: 5 }, () => randomBytes(60));
  const { chat, list } = longLedger(boxes);
  const { giveBack, entries } = await openFor(chat);
  const good = boxOf(boxes, 3);
  const bad = [
    { ...good, index: 2 },
    { ...good, index: 5 },
    { ...good, epoch: 3 },
    { ...good, box: randomBytes(60) },
    { ...good, path: good.path.slice(1) },
    { ...good, path: [...good.path, randomBytes(32)] },
  ];
  for (const box of bad) {
    expect((await giveBack(list, [box])).body).toEqual({ refusal: 'malformed' });
    expect(await entries()).toBeUndefined();
  }
});

test('[R39] a wrong count takes nobody’s place: of two boxes the one of more stays', async () => {
  const boxes = Array.from({ length: 3 }, () => randomBytes(60));
  const chat = newChat(boxes);
  const { giveBack, box } = await openFor(chat);
  // As the second of two, the third box has a right path too.
  const squatter = { ...boxOf(boxes, 2), index: 1, count: 2 };
  const orders = [[squatter, boxOf(boxes, 1)], [squatter]];
  for (const order of orders) {
    for (const given of order) expect((await giveBack([chat.genesis.entry], [given])).status).toBe(200);
    expect(bytesIn((await box(1, 1)).body['box'])).toEqual(boxes[1]);
  }
});

test('[R39] boxes that came with the epoch stay, and its new ones replace what members brought', async () => {
  const boxes = Array.from({ length: 3 }, () => randomBytes(60));
  const chat = newChat(boxes);
  const { relay, ann, giveBack, box } = await openFor(chat);
  await giveBack([chat.genesis.entry], [boxOf(boxes, 1)]);
  const replaced = [randomBytes(70), randomBytes(70)];
  const body = ledgerBody(chat.epoch, { parent: chat.genesis.hash, boxesRoot: boxesRootOf(replaced) });
  const change = ledgerEntry(body, chat.epoch.admin, replaced);
  const path = `/api/ledgers/${idToText(chat.chatId)}/entries`;
  await ask(relay.by, 'POST', path, { entry: change.entry, boxes: replaced }, ann.token);
  expect(bytesIn((await box(1, 1)).body['box'])).toEqual(replaced[1]);
  const again = ledgerEntry(
    ledgerBody(chat.epoch, { parent: change.hash, boxesRoot: boxesRootOf(boxes) }),
    chat.epoch.admin,
  );
  await giveBack([again.entry], [boxOf(boxes, 2)]);
  expect((await box(1, 1)).status).toBe(404);
  expect(bytesIn((await box(1, 2)).body['box'])).toEqual(boxes[2]);
});

test('[R39] boxes of an earlier entry of their epoch are passed over: who brings them has not heard of the later', async () => {
  const [first, second] = [
    [randomBytes(1200), randomBytes(1200)],
    [randomBytes(1200), randomBytes(1200), randomBytes(1200)],
  ];
  const chat = newChat(first);
  const added = ledgerEntry(
    ledgerBody(chat.epoch, { parent: chat.genesis.hash, boxesRoot: boxesRootOf(second) }),
    chat.epoch.admin,
  );
  const { giveBack, entries, box } = await openFor(chat);
  expect((await giveBack([chat.genesis.entry, added.entry], [boxOf(second, 1)])).status).toBe(200);
  expect((await giveBack([chat.genesis.entry], [boxOf(first, 0), boxOf(first, 1)])).status).toBe(200);
  expect(await entries()).toHaveLength(2);
  expect((await box(1, 0)).status).toBe(404);
  expect((await box(1, 1)).body['box']).toBe(idToText(second[1] ?? randomBytes(1)));
});

test('[R37] what was put back is verified like the rest, box by box', async () => {
  const boxes = Array.from({ length: 5 }, () => randomBytes(60));
  const { chat, list } = longLedger(boxes);
  const { relay, giveBack } = await openFor(chat);
  await giveBack(list, [boxOf(boxes, 3)]);
  await relay.relay.close();
  const opened = openForReading(join(relay.dataDir, 'relay.db'));
  if (!opened.ok) throw new Error(opened.error);
  onTestFinished(() => void opened.value.close());
  const [stored] = opened.value.chats();
  if (!stored) throw new Error('expected a chat');
  const problems: string[] = [];
  verifyChatLedger(stored, (problem) => void problems.push(problem));
  expect(problems).toEqual([]);
  const [kept] = stored.returnedBoxes();
  if (!kept) throw new Error('expected a box');
  const spoiled = { ...stored, returnedBoxes: () => [{ ...kept, box: randomBytes(60) }] };
  verifyChatLedger(spoiled, (problem) => void problems.push(problem));
  expect(problems).toEqual([expect.stringMatching(/: box 3 of epoch 1 is not one/)]);
});

async function putBackPeople(people: readonly Bytes[]) {
  const { chat, list } = longLedger();
  const { relay, ann } = await openFor(chat);
  const path = `/api/ledgers/${idToText(chat.chatId)}/return`;
  const bring = (given: readonly Bytes[]) =>
    ask(relay.by, 'POST', path, { entries: list, boxes: [], people: given }, ann.token);
  expect((await bring(people)).status).toBe(200);
  const ledger = async ({ userId }: Pick<TestUser, 'userId'>) =>
    (await ask(relay.by, 'GET', `/api/users/${idToText(userId)}/ledger`, undefined, ann.token)).body[
      'entries'
    ];
  return { relay, ann, bring, ledger };
}
function readDatabase({ dataDir }: TestRelay) {
  const opened = openForReading(join(dataDir, 'relay.db'));
  if (!opened.ok) throw new Error(opened.error);
  onTestFinished(() => void opened.value.close());
  return opened.value;
}

test('[R46] the ledgers of a chat’s people are put back with it, and what nobody signed is passed over', async () => {
  const [bob, cleo] = [newUser('bob'), newUser('cleo')];
  const forged = cleo.genesis.map((byte, i) => (i === cleo.genesis.length - 1 ? byte ^ 1 : byte));
  const { ledger, bring } = await putBackPeople([forged, bob.genesis, randomBytes(40)]);
  expect(await ledger(bob)).toEqual([idToText(bob.genesis)]);
  expect(await ledger(cleo)).toBeUndefined();
  expect(await ledger({ userId: userIdOf(sha256, forged) })).toBeUndefined();
  expect((await bring([bob.genesis])).status).toBe(200);
  expect(await ledger(bob)).toEqual([idToText(bob.genesis)]);
});

test('[R46] with a chat that is not taken back nobody’s ledger is', async () => {
  const bob = newUser('bob');
  const { relay, ann } = await openFor(newChat());
  const path = `/api/ledgers/${idToText(newChat().chatId)}/return`;
  const request = { entries: [newChat().genesis.entry], boxes: [], people: [bob.genesis] };
  expect((await ask(relay.by, 'POST', path, request, ann.token)).status).toBe(404);
  const of = `/api/users/${idToText(bob.userId)}/ledger`;
  expect((await ask(relay.by, 'GET', of, undefined, ann.token)).status).toBe(404);
});

test('[R46] a ledger that others brought is no account: neither device nor mailbox nor handle comes with it', async () => {
  const bob = newUser('bob');
  const { relay, ann, ledger } = await putBackPeople([bob.genesis]);
  expect((await signIn(relay.by, bob)).status).toBe(403);
  const socket = signInSocket(relay, ann);
  socket.send({ type: 'postMail', request: 1, to: bob.userId, mail: randomBytes(20) });
  await settled();
  expect(socket.last('refused')).toMatchObject({ code: 'not-found' });
  // Another may have the handle that he thought of, and he himself signs up as if nothing had been brought.
  expect((await signUp(relay.by, newUser('bob'))).status).toBe(200);
  expect((await signUp(relay.by, { ...bob, handle: 'bobby' })).status).toBe(200);
  expect(await ledger(bob)).toEqual([idToText(bob.genesis)]);
});

test('[R46] who comes back later has their own handle, place and ledger, whatever others brought before', async () => {
  const relay = openTestRelay({ registration: 'open' });
  const token = relay.relay.administratorLink()?.split('#admin=')[1] ?? '';
  const [bob, ann] = [newUser('bob'), newUser('ann')];
  const bobs = await signUp(relay.by, bob, { kind: 'administrator', token });
  const anns = await signUp(relay.by, ann);
  await relay.restartWithout(['relay.db', 'relay.db-wal', 'relay.db-shm']);
  const back = await comeBack(relay.by, ann, bytesIn(anns.body['certificate']));
  const { accessToken } = tokensIn(back.body['tokens']);
  const chat = newChat();
  const request = { entries: [chat.genesis.entry], boxes: [], people: [bob.genesis, ann.genesis] };
  const path = `/api/ledgers/${idToText(chat.chatId)}/return`;
  expect((await ask(relay.by, 'POST', path, request, accessToken)).status).toBe(200);
  expect(relay.relay.administratorLink()).toBeUndefined();
  expect((await signUp(relay.by, newUser('bob'))).body).toEqual({ refusal: 'handle-taken' });
  expect((await comeBack(relay.by, bob, bytesIn(anns.body['certificate']))).status).toBe(403);
  const bobsAgain = await comeBack(relay.by, bob, bytesIn(bobs.body['certificate']));
  expect(bobsAgain.body['certificate']).toEqual(bobs.body['certificate']);
  const of = `/api/users/${idToText(bob.userId)}/ledger`;
  const { body } = await ask(relay.by, 'GET', of, undefined, accessToken);
  expect(body['entries']).toEqual([idToText(bob.genesis)]);
  await relay.relay.close();
  expect(readDatabase(relay).returnedUsers()).toEqual([]);
});

test('[R37] a ledger that others brought is verified like the rest', async () => {
  const { relay } = await putBackPeople([newUser('bob').genesis]);
  await relay.relay.close();
  const [stored] = readDatabase(relay).returnedUsers();
  if (!stored) throw new Error('expected a user');
  const problems: string[] = [];
  const say = (problem: string) => void problems.push(problem);
  verifyReturnedUser(stored, say);
  expect(problems).toEqual([]);
  verifyReturnedUser({ ...stored, userId: newUser('cleo').userId }, say);
  expect(problems).toEqual([expect.stringMatching(/another user's/)]);
});
