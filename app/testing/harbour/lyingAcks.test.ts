// A relay that says it has taken an entry, in a part of the log that was read here without it. What is believed to be taken
// leaves the disk, so that is not believed: it is sent again, and said anew where the relay insists.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryKinds, extendLogHash, hashEntry, parseEntry } from '../../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import type { LogHash } from '../../../shared/protocol/ids.ts';
import { sha256 } from '../../crypto/hash.ts';
import type { Lie } from './lie.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('lying acknowledgements');
});
afterEach(() => trio.harbour.close());

const earlier: Cursor = { seq: 1, hash: new Uint8Array(16) as LogHash };

/** Never stores so many entries of a segment, and acknowledges each where the first one stands. */
function swallowing(times: number): Lie {
  let left = times;
  return {
    up(frame, answer) {
      const header = frame.type === 'append' ? parseEntry(frame.entry)?.header : undefined;
      if (frame.type !== 'append' || header?.kind !== entryKinds.segment || left === 0) return [frame];
      left--;
      const { session, sequence } = header;
      answer({ type: 'ack', channel: frame.channel, session, sequence, cursor: earlier });
      return [];
    },
  };
}

test.each([
  { times: 1, lives: undefined, how: 'sent again' },
  { times: 2, lives: 1, how: 'said in a new life of the document' },
])(
  '[S3] what is acknowledged $times times where the log was read without it is $how',
  async ({ times, lives }) => {
    const { harbour, ada, ben, says } = trio;
    await says(ada, 'one');
    ada.isLiedTo(swallowing(times));
    const id = await says(ada, 'two');
    await harbour.pass(30_000);
    expect(await trio.idsOf(ben)).toContain(id);
    expect((await ada.chat(harbour.group))?.segments?.generation).toBe(lives);
    await trio.goesOn();
    expect(await trio.reasonsOf(ada)).toEqual([]);
  },
);

test('[S3] what is stored, and acknowledged at an earlier place, is read where it stands', async () => {
  const { harbour, ada, ben, says } = trio;
  await says(ada, 'one');
  let isTold = false;
  ada.isLiedTo({
    down(frame) {
      if (frame.type !== 'ack' || isTold) return [frame];
      isTold = true;
      return [{ ...frame, cursor: earlier }];
    },
  });
  const id = await says(ada, 'two');
  expect(isTold).toBe(true);
  expect(await trio.idsOf(ben)).toContain(id);
  await says(ben, 'three');
  await trio.goesOn();
  expect(await trio.reasonsOf(ada)).toEqual([]);
  expect((await ada.chat(harbour.group))?.segments?.generation).toBeUndefined();
});

test('[S3] what was acknowledged and never stored is said again, once the relay is asked where the log is', async () => {
  const { harbour, ada, ben, says, idsOf } = trio;
  let isSwallowed = false;
  ada.isLiedTo({
    up(frame, answer) {
      const header = frame.type === 'append' ? parseEntry(frame.entry)?.header : undefined;
      if (frame.type !== 'append' || header?.kind !== entryKinds.segment || isSwallowed) return [frame];
      isSwallowed = true;
      const { session, sequence } = header;
      const seat = ada.headless().engine.member()?.rooms.seat(harbour.group);
      if (!seat) throw new Error('expected the group');
      const entry = hashEntry(sha256, seat.access.documents.segment(0), frame.entry);
      const cursor = { seq: 1, hash: extendLogHash(sha256, startCursor.hash, entry) };
      answer({ type: 'ack', channel: frame.channel, session, sequence, cursor });
      return [];
    },
  });
  const lost = await says(ada, 'swallowed');
  expect((await ada.timeline(harbour.group)).at(-1)?.delivery).toBe('sent');
  await harbour.pass(9 * 60_000);
  expect(await idsOf(ben)).not.toContain(lost);
  // Nobody has said anything since.
  await harbour.pass(2 * 60_000);
  expect(await idsOf(ben)).toContain(lost);
  await trio.goesOn();
});
