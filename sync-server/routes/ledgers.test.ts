// Chat and user ledgers through the real app: who may append, and what comes back.
import { expect, test } from 'vitest';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { chatEntryKinds } from '../../shared/protocol/chatLedger.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { maxRequestBytes } from '../../shared/protocol/limits.ts';
import { boxesRootOf } from '../auth/boxTree.ts';
import { sha256 } from '../auth/sha256.ts';
import { newSigner, randomBytes } from '../testing/signer.ts';
import {
  ledgerBody,
  ledgerEntry,
  newChat,
  newEpoch,
  type TestChat,
  type TestLedgerEntry,
} from '../testing/testChat.ts';
import { createChat, newMember, prove, signedInAgain, signInSocket } from '../testing/testMember.ts';
import { openTestRelay, type TestRelay } from '../testing/testRelay.ts';
import { ask, bytesIn } from '../testing/testUser.ts';

async function chatByAnn(chat: TestChat = newChat()) {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  await createChat(relay, ann, chat);
  const path = `/api/ledgers/${idToText(chat.chatId)}`;
  const append = ({ entry, boxes }: TestLedgerEntry) =>
    ask(relay.by, 'POST', `${path}/entries`, { entry, boxes }, ann.token);
  const get = (rest = '') => ask(relay.by, 'GET', `${path}${rest}`, undefined, ann.token);
  return { relay, ann, chat, path, append, get };
}
const create = (relay: TestRelay, token: string, { entry, boxes }: TestLedgerEntry) =>
  ask(relay.by, 'POST', '/api/ledgers', { entry, boxes }, token);

test('[R16] a user’s ledger is read by whoever has an account', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const path = `/api/users/${idToText(ann.user.userId)}/ledger`;
  const { body } = await ask(relay.by, 'GET', path, undefined, bob.token);
  expect(body['entries']).toEqual([idToText(ann.user.genesis)]);
  expect((await ask(relay.by, 'GET', path)).status).toBe(401);
  expect((await ask(relay.by, 'GET', '/api/users/abc/ledger', undefined, bob.token)).status).toBe(404);
});

test('[R17] a chat begins with a genesis signed by its own admin key; repeating it changes nothing', async () => {
  const { relay, ann, chat, get } = await chatByAnn();
  const again = await create(relay, ann.token, chat.genesis);
  expect(bytesIn(again.body['chatId'])).toEqual(chat.chatId);
  expect(bytesIn(again.body['head'])).toEqual(chat.genesis.hash);
  expect((await get()).body['entries']).toEqual([idToText(chat.genesis.entry)]);

  const epoch = newEpoch(1);
  const genesis = { kind: chatEntryKinds.genesis };
  const refusals: [TestLedgerEntry, string][] = [
    [ledgerEntry(ledgerBody(epoch, genesis), newSigner()), 'bad-signature'],
    [ledgerEntry(ledgerBody(epoch, { kind: chatEntryKinds.change }), epoch.admin), 'malformed'],
    [ledgerEntry(ledgerBody(epoch, { ...genesis, epoch: 2 }), epoch.admin), 'malformed'],
    [ledgerEntry(ledgerBody(epoch, { ...genesis, parent: chat.genesis.hash }), epoch.admin), 'malformed'],
    [ledgerEntry(ledgerBody(epoch, genesis), epoch.admin, [randomBytes(9)]), 'malformed'],
  ];
  for (const [entry, refusal] of refusals) {
    expect((await create(relay, ann.token, entry)).body).toEqual({ refusal });
  }
});

test('[R18] an entry is taken only on top of the head, signed by the head’s admin key; once', async () => {
  const { chat, append, get } = await chatByAnn();
  const parent = chat.genesis.hash;
  const change = ledgerEntry(ledgerBody(chat.epoch, { parent }), chat.epoch.admin);
  const rival = ledgerEntry(ledgerBody(chat.epoch, { parent }), chat.epoch.admin);
  const unsigned = ledgerEntry(ledgerBody(chat.epoch, { parent }), newSigner());
  expect((await append(unsigned)).body).toEqual({ refusal: 'bad-signature' });
  expect(bytesIn((await append(change)).body['head'])).toEqual(change.hash);
  const refused = await append(rival);
  expect(refused).toMatchObject({ status: 409, body: { refusal: 'head-moved' } });
  expect(bytesIn(refused.body['detail'])).toEqual(change.hash);
  expect((await append(change)).status).toBe(200);
  expect((await append(chat.genesis)).status).toBe(200);
  expect((await get()).body['entries']).toEqual([chat.genesis, change].map(({ entry }) => idToText(entry)));
});

test('[R18] capabilities change with the epoch, which goes up by one; the new admin key signs what follows', async () => {
  const { chat, append } = await chatByAnn();
  const parent = chat.genesis.hash;
  const next = newEpoch(2);
  for (const body of [
    ledgerBody({ ...chat.epoch, post: newSigner() }, { parent }),
    ledgerBody({ ...chat.epoch, admin: newSigner() }, { parent }),
    ledgerBody(newEpoch(3), { parent }),
    ledgerBody(newEpoch(0), { parent }),
  ]) {
    expect((await append(ledgerEntry(body, chat.epoch.admin))).body).toEqual({ refusal: 'forbidden' });
  }
  const rotation = ledgerEntry(ledgerBody(next, { parent }), chat.epoch.admin);
  expect((await append(rotation)).status).toBe(200);
  const after = ledgerBody(next, { parent: rotation.hash });
  expect((await append(ledgerEntry(after, chat.epoch.admin))).body).toEqual({ refusal: 'bad-signature' });
  expect((await append(ledgerEntry(after, next.admin))).status).toBe(200);
});

async function chatWithInvitations() {
  const [signer, other] = [newSigner(), newSigner()];
  const expiresAt = Date.UTC(2026, 0, 2);
  const invitations = [signer, other].map(({ publicKey: key }) => ({ key, expiresAt }));
  const made = await chatByAnn(newChat([], { invitations }));
  const join = (changes: Parameters<typeof ledgerBody>[1] = {}) =>
    ledgerBody(made.chat.epoch, {
      kind: chatEntryKinds.join,
      parent: made.chat.genesis.hash,
      invitations,
      ...changes,
    });
  return { ...made, signer, invitations, join };
}

test('[R19] a join is signed with a standing invitation’s key, which it may use up', async () => {
  const { append, signer, invitations, join } = await chatWithInvitations();
  expect((await append(ledgerEntry(join(), newSigner()))).body).toEqual({ refusal: 'bad-signature' });
  expect((await append(ledgerEntry(join({ invitations: invitations.slice(1) }), signer))).status).toBe(200);
});

test('[R19] an expired invitation’s key signs nothing', async () => {
  const { relay, path, signer, join, ann } = await chatWithInvitations();
  relay.clock.advance(24 * 3600_000);
  const { token } = await signedInAgain(relay, ann);
  const { entry, boxes } = ledgerEntry(join(), signer);
  const { body } = await ask(relay.by, 'POST', `${path}/entries`, { entry, boxes }, token);
  expect(body).toEqual({ refusal: 'bad-signature' });
});

test('[R19] a join changes nothing else that the relay can read', async () => {
  const { append, signer, invitations, join, chat } = await chatWithInvitations();
  const extra = { key: newSigner().publicKey, expiresAt: Date.UTC(2030, 0, 1) };
  const takeovers = [
    join({ adminKey: signer.publicKey }),
    join({ readKey: signer.publicKey }),
    join({ postKey: signer.publicKey }),
    join({ epochCommitment: randomBytes(32) }),
    join({ epoch: 2 }),
    join({ boxesRoot: randomBytes(32) }),
    join({ invitations: invitations.slice(0, 1) }),
    join({ invitations: [...invitations, extra] }),
    join({ invitations: [] }),
  ];
  for (const body of takeovers) {
    expect((await append(ledgerEntry(body, signer))).body).toEqual({ refusal: 'forbidden' });
  }
  const kept = ledgerEntry(join(), signer);
  expect((await append(kept)).status).toBe(200);
  const change = ledgerBody(chat.epoch, { parent: kept.hash, invitations: [] });
  expect((await append(ledgerEntry(change, signer))).body).toEqual({ refusal: 'bad-signature' });
  expect((await append(ledgerEntry(change, chat.epoch.admin))).status).toBe(200);
  const late = join({ parent: ledgerEntry(change, chat.epoch.admin).hash, invitations: [] });
  expect((await append(ledgerEntry(late, signer))).body).toEqual({ refusal: 'bad-signature' });
});

test('[R20] an epoch’s boxes must be those of its root; a change may replace them or leave them', async () => {
  const boxes = [randomBytes(1200), randomBytes(1200)];
  const { chat, append, get } = await chatByAnn(newChat(boxes));
  const parent = chat.genesis.hash;
  const next = [randomBytes(900)];
  const body = ledgerBody(chat.epoch, { parent, boxesRoot: boxesRootOf(next) });
  expect((await append(ledgerEntry(body, chat.epoch.admin, boxes))).body).toEqual({ refusal: 'malformed' });
  const kept = ledgerEntry(
    ledgerBody(chat.epoch, { parent, boxesRoot: boxesRootOf(boxes) }),
    chat.epoch.admin,
  );
  expect((await append(kept)).status).toBe(200);
  expect(bytesIn((await get('/boxes/1/1')).body['box'])).toEqual(boxes[1]);
  const replaced = ledgerBody(chat.epoch, { parent: kept.hash, boxesRoot: boxesRootOf(next) });
  expect((await append(ledgerEntry(replaced, chat.epoch.admin, next))).status).toBe(200);
  expect(bytesIn((await get('/boxes/1/0')).body['box'])).toEqual(next[0]);
  expect((await get('/boxes/1/1')).status).toBe(404);
});

/** K13 as a reader checks it: the levels on which the node rises alone follow from how many boxes there are. */
function rootByPath(box: Bytes, index: number, count: number, path: readonly Bytes[]): Bytes {
  let level: Bytes = boxesRootOf([box]);
  let used = 0;
  for (let [at, width] = [index, count]; width > 1; at >>= 1, width = (width + 1) >> 1) {
    if (at === width - 1 && at % 2 === 0) continue;
    const sibling = path[used++];
    if (!sibling) throw new Error('the path ends early');
    level = sha256(
      concatBytes(textToBytes('convo/box-node/1'), ...(at % 2 === 0 ? [level, sibling] : [sibling, level])),
    );
  }
  expect(used).toBe(path.length);
  return level;
}

test('[R21] each box comes with its path to the root', async () => {
  for (const count of [1, 2, 3, 5, 7, 8]) {
    const boxes = Array.from({ length: count }, () => randomBytes(50));
    const { chat, get } = await chatByAnn(newChat(boxes));
    for (const [index, box] of boxes.entries()) {
      const { body } = await get(`/boxes/1/${index}`);
      expect(bytesIn(body['box'])).toEqual(box);
      const path = Array.isArray(body['path']) ? body['path'].map((item: unknown) => bytesIn(item)) : [];
      expect(rootByPath(box, index, count, path)).toEqual(chat.genesis.body.boxesRoot);
    }
    for (const wrong of [`/boxes/1/${count}`, '/boxes/2/0', '/boxes/1/-1', '/boxes/x/0', '/boxes/1/0.5']) {
      expect((await get(wrong)).status).toBe(404);
    }
  }
});

test('[R22] sockets that have proven a chat hear of its new head, others don’t', async () => {
  const { relay, ann, chat, append } = await chatByAnn();
  const [proven, other] = [signInSocket(relay, ann), signInSocket(relay, ann)];
  prove(proven, chat);
  const change = ledgerEntry(ledgerBody(chat.epoch, { parent: chat.genesis.hash }), chat.epoch.admin);
  await append(change);
  await append(change);
  expect(proven.all('ledgerMoved')).toEqual([{ type: 'ledgerMoved', chat: chat.chatId, head: change.hash }]);
  expect(other.all('ledgerMoved')).toEqual([]);
});

test('[R2] a body that is too large, or no JSON, or not what was asked for, is refused', async () => {
  const { relay, ann, path } = await chatByAnn();
  const post = (body: string) =>
    relay.by(`${path}/entries`, { method: 'POST', body, headers: { authorization: `Bearer ${ann.token}` } });
  for (const body of [
    '',
    '{',
    'null',
    '{"entry":5}',
    '{"entry":"AAAA","boxes":["="]}',
    '{"entry":"A","boxes":[]}',
  ]) {
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toEqual([400, { refusal: 'malformed' }]);
  }
  const large = await post(' '.repeat(maxRequestBytes + 1));
  expect([large.status, await large.json()]).toEqual([413, { refusal: 'too-large' }]);
  expect((await ask(relay.by, 'GET', '/api/nonsense')).body).toEqual({ refusal: 'not-found' });
  expect((await ask(relay.by, 'GET', `${path}x`, undefined, ann.token)).status).toBe(404);
});
