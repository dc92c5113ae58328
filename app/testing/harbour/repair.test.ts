// Stories of a relay that forgets what it had: a backup of yesterday, or nothing at all. What people said comes back from
// them, once, and what was deleted does not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { equalBytes } from '../../../shared/codec/bytes.ts';
import type { DownFrame } from '../../../shared/protocol/frames/down.ts';
import type { UpFrame } from '../../../shared/protocol/frames/up.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('repair');
});
afterEach(() => trio.harbour.close());

test("[S7] a relay set back to yesterday's backup has everything again, once, for a fresh device too", async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  await harbour.relay.stop();
  const backup = harbour.relay.backup();
  harbour.relay.start();
  await talk(30);
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  await harbour.relay.stop();
  await harbour.relay.restore(backup);
  harbour.relay.start();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ada)).toEqual(before);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(before);
});

test('[S7] a relay whose database was deleted while everyone stayed up is put back by them, for a fresh device too', async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  const ids = await talk(40);
  await ada.deletes(harbour.group, ids[0] ?? '');
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  await harbour.relay.wipe();
  harbour.relay.start();
  await ada.says(harbour.group, harbour.marked('said right after')).done;
  expect(await harbour.calm()).toEqual([]);
  const after = await bodiesOf(ada);
  expect(after.slice(0, before.length)).toEqual(before);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(after);
});

test('[S7] what only somebody offline had comes back when they return, and nothing that was deleted does', async () => {
  const { harbour, ada, ben, cleo, bodiesOf } = trio;
  cleo.setOffline(true);
  const kept = cleo.says(harbour.group, harbour.marked('only here'));
  await kept.done;
  const gone = ada.says(harbour.group, harbour.marked('deleted'));
  await gone.done;
  await harbour.pass(2000);
  await ada.deletes(harbour.group, gone.id);
  await harbour.pass(2000);
  await harbour.relay.wipe();
  harbour.relay.start();
  await harbour.pass(20 * 60_000);
  expect((await bodiesOf(ben)).map(([id]) => id)).not.toContain(kept.id);
  expect(await harbour.calm()).toEqual([]);
  const bodies = new Map((await bodiesOf(ben)) as [string, { kind: string }][]);
  expect(bodies.get(kept.id)).toEqual({ kind: 'text', text: harbour.marked('only here') });
  expect(bodies.get(gone.id)).toEqual({ kind: 'deleted' });
});

test('[S7] what came into a complete segment at a relay that was set back reaches those who have it complete', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  cleo.setOffline(true);
  const late = cleo.says(harbour.group, harbour.marked('late'));
  await late.done;
  await talk(30, [ada, ben]);
  expect((await ada.chat(harbour.group))?.segments?.unsealed).toBeGreaterThan(0);
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  cleo.setOffline(false);
  await harbour.pass(60_000);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ada)).toContain(late.id);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ben)).toEqual(await idsOf(ada));
});

test('[S7] a deletion in a complete segment is read before a full one is left whose last snapshot it explains', async () => {
  const { harbour, ada, ben, cleo, talk, bodiesOf, reasonsOf } = trio;
  const segmentsOf = async () => (await ben.chat(harbour.group))?.segments;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  // Alone she fills the first segment, and the second with the deletion.
  const [gone = ''] = await talk(10, [cleo]);
  await cleo.deletes(harbour.group, gone);
  await talk(15, [cleo]);
  expect((await cleo.chat(harbour.group))?.segments?.open).toBe(2);
  await talk(14, [ada, ben]);
  await harbour.pass(30_000);
  expect(await segmentsOf()).toMatchObject({ unsealed: 1 });
  const backup = harbour.relay.backup();
  await talk(12, [ada, ben]);
  await talk(7, [ben]);
  await talk(2, [ada]);
  await harbour.pass(30_000);
  expect(await segmentsOf()).toMatchObject({ open: 2, unsealed: 2 });
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ben.setOffline(false);
  await harbour.pass(3000);
  cleo.setOffline(false);
  // What Ada had said in the third segment Ben says again there, and it is full by then.
  await harbour.pass(30 * 60_000);
  expect(await reasonsOf(ben)).toEqual([]);
  expect(new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone)).toEqual({ kind: 'deleted' });
  expect(await harbour.calm()).toEqual([]);
});

test('[S3] a snapshot of a log that was set back is noticed by whoever was further, and what they had is said again', async () => {
  const { harbour, ada, ben, cleo, talk, says, idsOf } = trio;
  await talk(3);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  ada.setOffline(true);
  ben.setOffline(true);
  const lost = await says(cleo, 'only the relay heard this');
  cleo.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ada.setOffline(false);
  ben.setOffline(false);
  await talk(13, [ada, ben]);
  await harbour.pass(60_000);
  expect(await idsOf(ada)).not.toContain(lost);
  cleo.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ada)).toContain(lost);
});

test('[S7] a clock that was set back makes nobody wait', async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  for (let times = 0; times < 2; times++) {
    await harbour.relay.wipe();
    harbour.relay.start();
    await harbour.pass(60_000);
    ben.setsClock(-3 * 24 * 3600_000);
  }
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(before);
});

test('[S7] who left with a segment that a relay has filled otherwise since gets that too, however many followed it', async () => {
  const { harbour, ada, ben, cleo, talk, says, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  ada.setOffline(true);
  ben.setOffline(true);
  const complete = async () => (await cleo.chat(harbour.group))?.segments?.unsealed ?? 0;
  const before = await complete();
  while ((await complete()) === before) await says(cleo, 'the relay will lose this');
  cleo.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ada.setOffline(false);
  ben.setOffline(false);
  await talk(60, [ada, ben]);
  await harbour.pass(60_000);
  cleo.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ada)).toEqual(await bodiesOf(cleo));
});

test('[S7] the words of somebody whose coming the relay has lost are read again once it is told of that', async () => {
  const { harbour, ada, ben, cleo, idsOf, reasonsOf } = trio;
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  await harbour.pass(20_000);
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  await ada.changes(chat, 'add', cleo);
  await harbour.pass(20_000);
  for (const member of [ada, cleo]) member.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  const { id, done } = cleo.says(chat, harbour.marked('from a newcomer'));
  await done;
  // Long enough for the message, and not for the ledger.
  cleo.setOffline(false);
  await harbour.pass(2500);
  cleo.setOffline(true);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect(await idsOf(ben, chat)).not.toContain(id);
  expect(await reasonsOf(ben)).toContain('unknown-author');
  for (const member of [ada, cleo]) member.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ben, chat)).toContain(id);
});

/** This person's channels to the group's segment `n`, as frames tell of them. */
async function channelsTo(n: number, member: Member) {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(trio.harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  const document = openChatAccess(chat, identity).documents.segment(n);
  const channels = new Set<number>();
  return {
    has: (channel: number) => channels.has(channel),
    takes(frame: UpFrame) {
      if (frame.type === 'subscribe') {
        if (equalBytes(frame.document, document)) channels.add(frame.channel);
        else channels.delete(frame.channel);
      }
      return 'channel' in frame && channels.has(frame.channel);
    },
  };
}

test('[D15] who knows a text as deleted says it again at the same time as who does not, and neither finds anything missing', async () => {
  const { harbour, ada, ben, cleo, talk, says, bodiesOf, reasonsOf } = trio;
  const gone = await says(ada, 'gone soon');
  while ((await ada.chat(harbour.group))?.segments?.open !== 1) await talk(1, [ben]);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  ben.setOffline(true);
  await ada.deletes(harbour.group, gone);
  await harbour.pass(5000);
  ada.setOffline(true);
  await harbour.relay.wipe();
  harbour.relay.start();
  const bens = await channelsTo(0, ben);
  const adas = await channelsTo(0, ada);
  const adasNext = await channelsTo(1, ada);
  const said: string[] = [];
  let live: readonly DownFrame[] = [];
  // Ada says it once she has heard Ben's own words there, and it is on its way until he has said it, too.
  ada.isLiedTo({
    up(frame) {
      const isAppend = frame.type === 'append';
      // Of the deletion, which lies in the next one, nobody hears.
      if (adasNext.takes(frame)) return isAppend ? [] : [frame];
      if (!adas.takes(frame) || !isAppend) return [frame];
      if (said.at(-1) !== 'Ada') said.push('Ada');
      return said.length < 4 ? [] : [frame];
    },
    down(frame) {
      if (!('channel' in frame) || !adas.has(frame.channel) || said.length > 1) return [frame];
      if (frame.type === 'entries') return [...live, frame];
      if (frame.type === 'live') live = [frame];
      return frame.type === 'live' ? [] : [frame];
    },
  });
  ben.isLiedTo({
    up(frame) {
      const isThere = bens.takes(frame);
      if (isThere && frame.type === 'append') said.push('Ben');
      return isThere && frame.type === 'publish' ? [] : [frame];
    },
  });
  ada.setOffline(false);
  while (live.length === 0) await harbour.pass(100);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect(said).toEqual(['Ben', 'Ada', 'Ben', 'Ada']);
  expect(new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone)).toMatchObject({ kind: 'text' });
  expect(await reasonsOf(ben)).toEqual([]);
  for (const member of [ada, ben]) member.isLiedTo();
  expect(await harbour.calm()).toEqual([]);
  expect(new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone)).toEqual({ kind: 'deleted' });
});

test('[S7] what one knows as deleted and another does not each says again, and the log grows no more', async () => {
  const { harbour, ada, ben, cleo, talk, says, bodiesOf } = trio;
  const gone = await says(ada, 'gone soon');
  while ((await ada.chat(harbour.group))?.segments?.open !== 1) await talk(1, [ben]);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  ben.setOffline(true);
  await ada.deletes(harbour.group, gone);
  await harbour.pass(5000);
  ada.setOffline(true);
  await harbour.relay.wipe();
  harbour.relay.start();
  const said = { ada: 0, ben: 0 };
  let isWithheld = true;
  for (const [name, member] of [
    ['ada', ada],
    ['ben', ben],
  ] as const) {
    const first = await channelsTo(0, member);
    const next = await channelsTo(1, member);
    member.isLiedTo({
      up(frame) {
        const [isFirst, isNext] = [first.takes(frame), next.takes(frame)];
        if (frame.type !== 'append' || !(isFirst || isNext)) return [frame];
        // Of the deletion, which lies in the next one, nobody hears.
        if (isWithheld && name === 'ada' && isNext) return [];
        said[name]++;
        return [frame];
      },
    });
  }
  const bodyOf = async () => new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone);
  ada.setOffline(false);
  await harbour.pass(10 * 60_000);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  const before = { ...said };
  expect(await bodyOf()).toMatchObject({ kind: 'text' });
  await harbour.pass(30 * 60_000);
  expect(said).toEqual(before);
  isWithheld = false;
  expect(await harbour.calm()).toEqual([]);
  expect(await bodyOf()).toEqual({ kind: 'deleted' });
  const after = { ...said };
  await harbour.pass(30 * 60_000);
  expect(said).toEqual(after);
});
