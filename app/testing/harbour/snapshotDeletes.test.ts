// A member's snapshot that is whole, and whose update also deletes (Yjs' delete set), or carries megabytes behind its end.
import 'fake-indexeddb/auto';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForger } from './forger.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('snapshot that deletes');
  await trio.talk(14);
  expect(await trio.harbour.calm()).toEqual([]);
  await trio.harbour.pass(60_000);
});
afterEach(() => trio.harbour.close());

/** The same state, and behind it the word that all of it is deleted. */
function deletingAll(update: Uint8Array): Uint8Array {
  const ends = new Map<number, number>();
  for (const { id, length } of Y.decodeUpdate(update).structs)
    ends.set(id.client, Math.max(ends.get(id.client) ?? 0, id.clock + length));
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, update.slice(0, -1));
  encoding.writeVarUint(encoder, ends.size);
  for (const [client, end] of ends) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, end);
  }
  return encoding.toUint8Array(encoder);
}

test('[D13] a snapshot whose update deletes what is in it takes nothing from anybody', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf, reasonsOf } = trio;
  const before = await idsOf(ben);
  const forger = await createForger(harbour, ada);
  await forger.publishes(({ update, sessions }) => ({ update: deletingAll(update), sessions }));
  await harbour.pass(60_000);
  await talk(14);
  await harbour.pass(10 * 60_000);
  await cleo.becomesFresh();
  await harbour.pass(15 * 60_000);
  expect((await idsOf(cleo)).slice(0, before.length)).toEqual(before);
  expect(await idsOf(cleo)).toEqual(await idsOf(ben));
  for (const member of [ada, ben, cleo]) expect(await reasonsOf(member)).not.toContain('incomplete-snapshot');
  forger.close();
});
