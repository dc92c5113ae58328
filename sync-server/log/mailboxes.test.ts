// What lies in a mailbox's rows: the test is here because only this floor reads and writes the database itself.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { maxPosterMails } from '../relay/bounds.ts';
import { newMember, postMails, signedInAgain, signInSocket } from '../testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from '../testing/testRelay.ts';

/** Its database as somebody finds it there, with the relay stopped. */
async function inDatabase<T>(relay: TestRelay, work: (db: Database.Database) => T): Promise<T> {
  await relay.relay.close();
  const db = new Database(join(relay.dataDir, 'relay.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

test('[R48] mails from before posters were told apart are handed over, and count to nobody', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  postMails(signInSocket(relay, ann), bob, maxPosterMails);
  await settled();
  await inDatabase(relay, (db) =>
    db.exec('DROP INDEX mails_of_poster; ALTER TABLE mails DROP COLUMN poster; PRAGMA user_version = 4'),
  );
  await relay.restart();
  const annSocket = signInSocket(relay, await signedInAgain(relay, ann));
  postMails(annSocket, bob, maxPosterMails + 1);
  await settled();
  expect(annSocket.all('mailed')).toHaveLength(maxPosterMails);
  expect(annSocket.all('refused')).toMatchObject([{ code: 'mailbox-full' }]);
  const bobSocket = signInSocket(relay, await signedInAgain(relay, bob));
  await settled(30);
  expect(bobSocket.all('mail')).toHaveLength(2 * maxPosterMails);
});

test('[R48] the database alone does not say who posted, nor that two mailboxes have mail of one poster', async () => {
  const marksOf = async () => {
    const relay = openTestRelay();
    const [ann, bob, cyd] = [
      await newMember(relay, 'ann'),
      await newMember(relay, 'bob'),
      await newMember(relay, 'cyd'),
    ];
    const socket = signInSocket(relay, ann);
    for (const one of [bob, cyd, ann]) postMails(socket, one, 2);
    await settled();
    return inDatabase(relay, (db) => db.prepare('SELECT hex(poster) FROM mails ORDER BY id').pluck().all());
  };
  const marks = await marksOf();
  const [toBob, again, toCyd, , ...own] = marks;
  expect(again).toBe(toBob);
  expect(toCyd).not.toBe(toBob);
  expect(own).toEqual(['', '']);
  // Of the same rows, by a relay with another key.
  const others = await marksOf();
  expect(others).toHaveLength(6);
  expect(others).not.toContain(toBob);
});

test('[R48] to count what one poster has in a mailbox, only an index is read', async () => {
  const plan = await inDatabase(openTestRelay(), (db) =>
    db
      .prepare('EXPLAIN QUERY PLAN SELECT count(*) AS n FROM mails WHERE device = ? AND poster = ?')
      .all(1, Buffer.alloc(16)),
  );
  expect(plan).toMatchObject([{ detail: expect.stringContaining('USING COVERING INDEX mails_of_poster') }]);
});
