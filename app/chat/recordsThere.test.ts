import 'fake-indexeddb/auto';
import { beforeAll, expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type RecordId } from '../../shared/protocol/ids.ts';
import { sealRecord } from '../doc/record.ts';
import { createTestChat } from '../testing/testChat.ts';
import { openStorage } from '../storage/storage.ts';
import { lostRecords, type LostRecord } from './lostRecords.ts';
import { recordsThere, withoutCopies } from './recordsThere.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  chat = await createTestChat(1);
});

async function record(isOwn: boolean): Promise<LostRecord> {
  const id = chat.chance.bytes(16) as RecordId;
  const { sealed } = await sealRecord(
    chat.contextOf(0),
    {
      id,
      body: { kind: 'message', text: 'hello' },
      sequence: 1,
      previous: new Uint8Array(16),
      at: 1_767_225_600_000 * 1024,
      seen: startCursor,
    },
    chat.chance.bytes,
  );
  return { id: idToText(id), isOwn, record: sealed };
}
const nothing = new Uint8Array(0);
const withBody = (one: LostRecord, body: Uint8Array<ArrayBuffer>): LostRecord => ({
  ...one,
  record: { ...one.record, body },
});
const missingBeside = (there: readonly LostRecord[], found: readonly LostRecord[]) =>
  recordsThere(
    chat.contextOf(0),
    there.map(({ record: { header, body } }) => ({ header, body })),
  ).missing(found);

test('[S7] a record is missing that is there without its body, or with another; a deleted one is there by its header', async () => {
  const one = await record(false);
  const bare = withBody(one, nothing);
  const another = withBody(one, chat.chance.bytes(90));
  expect(missingBeside([bare, another], [one])).toMatchObject([one]);
  expect(missingBeside([bare, another, one], [one])).toEqual([]);
  expect(missingBeside([], [bare])).toMatchObject([bare]);
  for (const there of [bare, another, one]) expect(missingBeside([there], [bare])).toEqual([]);
  const erased = recordsThere(chat.contextOf(0), [{ header: one.record.header, body: undefined }]);
  expect(erased.missing([one])).toMatchObject([one]);
  expect(erased.missing([bare])).toEqual([]);
});

test('[S7] what is missing is said again once, and whole where one of its copies is', async () => {
  const one = await record(true);
  const bare = withBody(one, nothing);
  for (const found of [
    [one, bare],
    [bare, one],
    [one, one],
  ]) {
    expect(missingBeside([], found)).toEqual([{ ...one, isUrgent: true }]);
  }
  const under = { ...(await record(false)), id: one.id };
  expect(missingBeside([], [one, under]).map(({ record: said }) => said)).toEqual([one.record, under.record]);
});

test('[S7] what is wholly missing of this person is said again at once; what lacks its body may be deleted, and waits', async () => {
  const [own, other] = [await record(true), await record(false)];
  const urgent = (there: readonly LostRecord[]) =>
    missingBeside(there, [own, other]).map(({ isUrgent }) => isUrgent);
  expect(urgent([])).toEqual([true, false]);
  expect(urgent([withBody(own, nothing), withBody(other, nothing)])).toEqual([false, false]);
});

test("[S7] another's body is said again by nobody: it is none", async () => {
  const storage = await openStorage('records-there');
  const deps = { context: chat.contextOf(0), storage, selfUser: '' };
  const one = await record(false);
  const place = { client: 1, clock: 0 };
  const { header, body } = one.record;
  expect(await lostRecords(deps, [{ header, body, place }])).toEqual([one]);
  const another = await lostRecords(deps, [{ header, body: chat.chance.bytes(90), place }]);
  expect(another).toEqual([withBody(one, nothing)]);
  storage.close();
});

test('[S7] only what is there byte for byte needs no closer look', async () => {
  const [one, other, bare] = [await record(false), await record(false), await record(false)];
  const there = [one, withBody(other, one.record.body), withBody(bare, nothing)].map(({ record }) => record);
  const asked = [one, other, bare].map(({ record }) => record);
  expect(withoutCopies(there, asked)).toEqual([other.record, bare.record]);
  expect(withoutCopies([], asked)).toEqual(asked);
  expect(withoutCopies([...there, other.record], asked)).toEqual([bare.record]);
});
