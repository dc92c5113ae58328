// `npm run relay -- verify` on a database that a relay has written, whole and damaged. The test lies here because only
// this floor can damage a database.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { chatEntryKinds, headOf } from '../../shared/protocol/chatLedger.ts';
import { fail } from '../../shared/protocol/result.ts';
import { boxesRootOf } from '../auth/boxTree.ts';
import { newSigner, randomBytes } from '../testing/signer.ts';
import { ledgerBody, ledgerEntry, newChat, newEpoch, newTestSession } from '../testing/testChat.ts';
import { createChat, prove, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newSnapshot, publish } from '../testing/testSnapshot.ts';
import { ask } from '../testing/testUser.ts';
import { verifyDatabase } from '../verify/verifyDatabase.ts';
import { openForReading } from './openForReading.ts';

/** Two documents, one of them with snapshots and a freed part; a chat with a join and three epochs of boxes. */
async function writtenFolder(): Promise<string> {
  const relay = openTestRelay();
  const { ann, chat, document, annSocket, bobSocket, session } = await twoInAChat(relay);
  const other = newTestSession(document);
  const cursors: Cursor[] = [];
  for (let i = 0; i < 12; i++) {
    const [socket, line] = i % 3 === 0 ? [bobSocket, other] : [annSocket, session];
    socket.send({ type: 'append', channel: 1, entry: line.next() });
    await settled();
    cursors.push(socket.last('ack').cursor);
  }
  const at = (seq: number) => cursors[seq - 1] ?? { seq: 0, hash: randomBytes(16) as Cursor['hash'] };
  const first = newSnapshot(document, at(5));
  publish(annSocket, first);
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: first.id });
  publish(bobSocket, newSnapshot(document, at(8)), { previous: first.id });
  const whole = newTestSession(randomBytes(16) as typeof document);
  const cursor = { seq: 0, hash: new Uint8Array(16) as Cursor['hash'] };
  const second = randomBytes(16) as typeof document;
  const line = newTestSession(second, whole.session, headOf(chat.genesis.hash));
  annSocket.send({ type: 'subscribe', channel: 2, chat: chat.chatId, document: second, cursor });
  for (let i = 0; i < 3; i++) annSocket.send({ type: 'append', channel: 2, entry: line.next() });
  await settled();

  const inviter = newSigner();
  const boxes = [randomBytes(40), randomBytes(40)];
  const invitations = [{ key: inviter.publicKey, expiresAt: relay.clock.now() + 1000 }];
  const ledger = await createChat(relay, ann, newChat(boxes, { invitations }));
  let head = ledger.genesis;
  const add = async (body: typeof head.body, signer = ledger.epoch.admin, given: typeof boxes = []) => {
    head = ledgerEntry(body, signer, given);
    const path = `/api/ledgers/${Buffer.from(ledger.chatId).toString('base64url')}/entries`;
    const { status } = await ask(relay.by, 'POST', path, { entry: head.entry, boxes: given }, ann.token);
    if (status !== 200) throw new Error(`refused: ${status}`);
  };
  await add({ ...head.body, kind: chatEntryKinds.join, parent: head.hash }, inviter);
  const more = [...boxes, randomBytes(40)];
  await add(
    { ...head.body, kind: chatEntryKinds.change, parent: head.hash, boxesRoot: boxesRootOf(more) },
    ledger.epoch.admin,
    more,
  );
  await add(
    ledgerBody(newEpoch(2), { parent: head.hash, boxesRoot: boxesRootOf(boxes) }),
    ledger.epoch.admin,
    boxes,
  );
  await relay.relay.close();
  return relay.dataDir;
}
function verify(folder: string, damage = '') {
  if (damage !== '') {
    const db = new Database(join(folder, 'relay.db'));
    const flip = (bytes: Buffer, at: number) => Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ 1));
    db.function('flip', (bytes, at) => flip(bytes as Buffer, at as number));
    db.pragma('foreign_keys = OFF');
    db.exec(damage);
    db.close();
  }
  const problems: string[] = [];
  const reading = openForReading(join(folder, 'relay.db'));
  if (!reading.ok) throw new Error(reading.error);
  const verdict = verifyDatabase(reading.value, (problem) => void problems.push(problem));
  reading.value.close();
  expect(verdict.problems).toBe(problems.length);
  return { verdict, problems };
}

test('[R37] a database that a relay has written is in order', async () => {
  const folder = await writtenFolder();
  const { verdict, problems } = verify(folder);
  expect(problems).toEqual([]);
  expect(verdict).toEqual({ documents: 2, entries: 10, snapshots: 2, ledgers: 4, problems: 0 });
});

test('[R37] a database from before mails had posters is read, an older one is not', async () => {
  const folder = await writtenFolder();
  verify(folder, 'DROP INDEX mails_of_poster; ALTER TABLE mails DROP COLUMN poster; PRAGMA user_version = 4');
  expect(verify(folder).problems).toEqual([]);
  const db = new Database(join(folder, 'relay.db'));
  db.pragma('user_version = 3');
  db.close();
  expect(openForReading(join(folder, 'relay.db'))).toEqual(fail('other-version'));
});

test('[R37] each kind of damage is named, with its place', async () => {
  const whole = await writtenFolder();
  const damages: [sql: string, said: RegExp][] = [
    [
      'UPDATE entries SET entry = flip(entry, length(entry) - 1) WHERE seq = 7',
      /^document \S+: entry 7 is not what was logged$/,
    ],
    ['UPDATE entries SET entry = flip(entry, 0) WHERE seq = 7', /: entry 7 is not what was logged$/],
    ['UPDATE entries SET log_hash = flip(log_hash, 3) WHERE seq = 12', /: entry 12 is not what was logged$/],
    ['DELETE FROM entries WHERE seq BETWEEN 7 AND 8', /: entry 7 to 8 is missing$/],
    ['DELETE FROM entries WHERE seq = 6', /: entry 6 is missing$/],
    ['UPDATE entries SET sequence = sequence + 20 WHERE seq = 9', /: entry 9 is filed under another session/],
    [
      'UPDATE entries SET session = 3 - session WHERE document = 1 AND seq = 9',
      /: entry 9 is filed under another session/,
    ],
    [
      'UPDATE sessions SET freed_sequence = 1 WHERE document = 1',
      /does not follow its session's entry before$/,
    ],
    [
      'UPDATE documents SET document = flip(document, 0) WHERE id = 2',
      /: entry 1 to 3 is not what was logged$/,
    ],
    [
      'UPDATE entries SET document = 3 - document WHERE seq = 2 OR seq = 12',
      /entry 2 should be gone|is missing|not what/,
    ],
    ['UPDATE entries SET entry = flip(entry, 50) WHERE seq = 4', /: entry 4 should be gone and is there$/],
    [
      'UPDATE documents SET freed_hash = flip(freed_hash, 0) WHERE id = 1',
      /: entry 6 is not what was logged$/,
    ],
    [
      'UPDATE snapshots SET bytes = flip(bytes, 300) WHERE seq = 8',
      /: snapshot \S+ is not what was published$/,
    ],
    ['UPDATE snapshots SET seq = 9 WHERE seq = 8', /: snapshot \S+ is filed under another cursor$/],
    [
      'UPDATE snapshots SET log_hash = flip(log_hash, 0) WHERE seq = 8',
      /stands for a log that is not this one$/,
    ],
    ['DELETE FROM snapshots', /: entries up to 5 are gone and no snapshot stands for them$/],
    ['UPDATE documents SET is_sealed = 1 WHERE id = 1', /: it is sealed, and its snapshot is not its end$/],
    ['DELETE FROM documents WHERE id = 2', /^3 entries are of no document/],
    [
      'UPDATE chat_entries SET entry = flip(entry, length(entry) - 1) WHERE position = 2',
      /^chat \S+: ledger entry 2 is bad-signature$/,
    ],
    [
      'UPDATE chat_entries SET hash = flip(hash, 0) WHERE position = 1',
      /: ledger entry 1 is not what was accepted$/,
    ],
    ['DELETE FROM chat_entries WHERE position = 1', /: ledger entry 1 is missing$/],
    [
      'UPDATE chats SET chat = flip(chat, 0) WHERE id = 2',
      /: ledger entry 0 is not what the chat is named after$/,
    ],
    [
      'UPDATE boxes SET box = flip(box, 0) WHERE epoch = 2 AND position = 1',
      /: the boxes of epoch 2 are not those/,
    ],
    ['DELETE FROM boxes WHERE epoch = 1 AND position = 2', /: the boxes of epoch 1 are not those/],
    [
      'UPDATE user_entries SET entry = flip(entry, 1000) WHERE user = 1',
      /^user \S+: ledger entry 0 is bad-signature$/,
    ],
    ['UPDATE users SET user = flip(user, 0) WHERE id = 1', /: the ledger is another user's$/],
    ['UPDATE devices SET key = flip(key, 0) WHERE user = 1', /: the device of ledger entry 0 is missing/],
    ['DELETE FROM user_entries WHERE user = 2', /: the ledger is empty$/],
    // What the rest of the database proves to be missing.
    [
      'DELETE FROM chats WHERE id = 2',
      /^4 rows of chat_entries that name chats which are not there: rows 2 to 5$/,
    ],
    [
      'DELETE FROM chats WHERE id = 1',
      /^2 rows of documents that name chats which are not there: rows 1 to 2$/,
    ],
    ['DELETE FROM users WHERE id = 2', /^1 rows of devices that name users which are not there: row 2$/],
    [
      'UPDATE sessions SET device = 99',
      /^3 rows of sessions that name devices which are not there: rows 1 to 3$/,
    ],
    ['UPDATE snapshots SET publisher = 99', /^2 rows of snapshots that name users which are not there: /],
    ['UPDATE documents SET chat = 2 WHERE id = 2', /: entry 1 to 3 names the ledger of another chat$/],
    [
      'DELETE FROM chat_entries WHERE chat = 2 AND position = 3',
      /^chat \S+: there are boxes of epoch 2, which its ledger does not name$/,
    ],
    ['DELETE FROM boxes WHERE epoch = 2', /^chat \S+: the boxes of epoch 2, its newest, are gone until/],
    ['DELETE FROM entries WHERE document = 2', /^document \S+: all of its entries are gone$/],
    [
      'DELETE FROM entries WHERE document = 1 AND seq > 5; UPDATE sessions SET freed_sequence = 0 WHERE id = 2',
      /: of 1 of its sessions no entry is there: the end of the log is gone$/,
    ],
    ['DELETE FROM entries WHERE document = 1 AND seq > 7', /stands for a log that is not this one$/],
    [
      'DROP INDEX entries_in_order; INSERT INTO entries SELECT * FROM entries WHERE document = 1 AND seq = 9',
      /: entry 9 is there twice$/,
    ],
  ];
  for (const [sql, said] of damages) {
    const folder = mkdtempSync(join(tmpdir(), 'convo-damaged-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    cpSync(whole, folder, { recursive: true });
    const { problems } = verify(folder, sql);
    expect(
      problems.some((problem) => said.test(problem)),
      `${sql}: ${problems.join('; ')}`,
    ).toBe(true);
    expect(problems.length, problems.join('; ')).toBeLessThan(7);
  }
});

test('[R37] entries of an epoch prove that its ledger entry is missing', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket, session } = await twoInAChat(relay);
  const epoch = newEpoch(2);
  const next = ledgerEntry(ledgerBody(epoch, { parent: chat.genesis.hash }), chat.epoch.admin);
  const path = `/api/ledgers/${Buffer.from(chat.chatId).toString('base64url')}/entries`;
  await ask(relay.by, 'POST', path, { entry: next.entry, boxes: [] }, ann.token);
  prove(annSocket, chat, epoch);
  for (let i = 0; i < 3; i++) annSocket.send({ type: 'append', channel: 1, entry: session.next(2) });
  await settled();
  await relay.relay.close();
  expect(verify(relay.dataDir).problems).toEqual([]);
  const { problems } = verify(relay.dataDir, 'DELETE FROM chat_entries WHERE position = 1');
  expect(problems).toEqual([
    expect.stringMatching(/^document \S+: entry 1 to 3 is of an epoch that its chat's ledger does not have$/),
  ]);
});

test('[R37] whichever page of the file is overwritten, it is said in sentences, and the rest is read on', async () => {
  const folder = await writtenFolder();
  const file = join(folder, 'relay.db');
  const whole = readFileSync(file);
  const pageBytes = 4096;
  const said: string[] = [];
  for (let from = 0; from < whole.length; from += pageBytes) {
    writeFileSync(file, Buffer.from(whole).fill(0xff, from, from + pageBytes));
    const reading = openForReading(file);
    if (!reading.ok) {
      expect(reading.error).toMatch(/^(no-database|other-version)$/);
      continue;
    }
    const { problems } = verifyDatabase(reading.value, (problem) => void said.push(problem));
    reading.value.close();
    expect(problems, `page ${1 + from / pageBytes}`).toBeGreaterThan(0);
  }
  expect(said.filter((problem) => problem.includes('Error') || problem.includes('\n'))).toEqual([]);
  for (const sentence of [
    /^the file is damaged in entries: page \d+$/,
    /^the file is damaged: an index of chats does not fit its table$/,
    /^the file is damaged in the map of its pages$/,
    /^the list of users can't be read: the file is damaged there$/,
    /^document \S+ can't be read: the file is damaged there$/,
  ])
    expect(said.filter((problem) => sentence.test(problem))).not.toEqual([]);
});

test('[R37] the command says it in lines, ends with numbers, and leaves a running relay alone', async () => {
  const command = join(import.meta.dirname, '..', 'relayCommand.ts');
  const run = (dataDir: string, ...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], {
      encoding: 'utf8',
      env: { ...process.env, DATA_DIR: dataDir },
    });
  const folder = await writtenFolder();
  const good = run(folder, 'verify');
  expect([good.status, good.stderr]).toEqual([0, '']);
  expect(JSON.parse(good.stdout)).toMatchObject({ documents: 2, problems: 0 });
  verify(folder, 'DELETE FROM entries WHERE seq = 7');
  const bad = run(folder, 'verify');
  expect(bad.status).toBe(1);
  const lines = bad.stdout.trim().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ problems: lines.length - 1 });
  const damaged = readFileSync(join(folder, 'relay.db'));
  writeFileSync(join(folder, 'relay.db'), damaged.fill(0xff, 3 * 4096, 4 * 4096));
  const page = run(folder, 'verify');
  expect([page.status, page.stderr]).toEqual([1, '']);
  expect(page.stdout).toMatch(/^the file is damaged in users: page 4$/m);

  // Of a relay that was killed the write-ahead log is still there.
  const running = openTestRelay();
  const { annSocket, session } = await twoInAChat(running);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const killed = mkdtempSync(join(tmpdir(), 'convo-killed-'));
  onTestFinished(() => rmSync(killed, { recursive: true, force: true }));
  cpSync(running.dataDir, killed, { recursive: true });
  expect(readdirSync(killed)).toContain('relay.db-wal');
  expect(JSON.parse(run(killed, 'verify').stdout)).toMatchObject({ entries: 1, problems: 0 });

  const sentences: [ReturnType<typeof run>, RegExp][] = [
    [run(openTestRelay().dataDir, 'verify'), /^A relay is using .+: stop it, and ask again\.\n$/],
    [run(join(folder, 'nowhere'), 'verify'), /^There is no relay\.db in .+\n$/],
    [run(folder, 'mend'), /^Usage: /],
  ];
  writeFileSync(join(folder, 'relay.db'), 'no database '.repeat(1000));
  sentences.push([run(folder, 'verify'), /can't be read as a database/]);
  for (const [{ status, stderr, stdout }, sentence] of sentences) {
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
  }
});
