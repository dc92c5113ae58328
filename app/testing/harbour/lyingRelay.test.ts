// A relay that lies to one of its people: it replays, reorders, withholds, rolls back, forks, swaps, and refuses for wrong
// reasons. What can be noticed is; nothing is believed that isn't borne out; and once it is honest again, all is there.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryKinds, parseEntry } from '../../../shared/protocol/entry.ts';
import type { DownFrame } from '../../../shared/protocol/frames/down.ts';
import { upNumberByType } from '../../../shared/protocol/frames/up.ts';
import { idToText, type LogHash, type SnapshotId } from '../../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../../shared/protocol/refusals.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { Harbour } from './createHarbour.ts';
import type { Lie } from './lie.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';
import { withholding } from './withholding.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
let trio: Trio;
const nothing = new Uint8Array(0);
beforeEach(async () => {
  trio = await createTrio('lying relay');
  ({ harbour, ada, ben, cleo } = trio);
});
afterEach(() => harbour.close());

const says: Trio['says'] = (member, text, chat) => trio.says(member, text, chat);
const idsOf: Trio['idsOf'] = (member, chat) => trio.idsOf(member, chat);
const reasonsOf: Trio['reasonsOf'] = (member) => trio.reasonsOf(member);
const chatOf = async (member: Member, chatId = harbour.group) =>
  await member.headless().queries.read({ query: 'chat', chatId });
/** The group's documents as this member has them. */
async function documentsOf(member: Member) {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  return openChatAccess(chat, identity).documents;
}
/** Which document a channel of this member is for, from now on: their app connects anew. */
async function watchChannels(
  member: Member,
  lie: (documentOf: (channel: number) => string | undefined) => Lie,
) {
  const documents = new Map<number, string>();
  const told = lie((channel) => documents.get(channel));
  member.isLiedTo({
    ...told,
    up(frame, answer) {
      if (frame.type === 'subscribe') documents.set(frame.channel, idToText(frame.document));
      return told.up ? told.up(frame, answer) : [frame];
    },
  });
  member.setOffline(true);
  await harbour.pass(1000);
  member.setOffline(false);
  await harbour.pass(5000);
}
const isBy = (member: Member, entry: Uint8Array): boolean => {
  const context = member.headless().engine.member()?.rooms.seat(harbour.group)?.access.context;
  const tag = context?.tagOf(context.self.device);
  return tag !== undefined && String(parseEntry(entry)?.header.author) === String(tag);
};
/** After all lies everyone has the same and nothing is wrong but what was set aside. */
async function becomesHonest() {
  for (const member of harbour.people) member.isLiedTo();
  await says(ada, 'honest again');
  const findings = await harbour.calm();
  expect(findings.filter(({ kind }) => kind !== 'undecryptable')).toEqual([]);
}
type Entries = Extract<DownFrame, { type: 'entries' }>;
/** Lies about entries, once: the first frame with entries of the group's segment. */
const once = async (member: Member, change: (frame: Entries) => readonly DownFrame[]) => {
  const segment = idToText((await documentsOf(member)).segment(0));
  let isTold = false;
  await watchChannels(member, (documentOf) => ({
    down(frame) {
      if (isTold || frame.type !== 'entries' || documentOf(frame.channel) !== segment) return [frame];
      isTold = true;
      return change(frame);
    },
  }));
};

describe('a log', () => {
  test('[E3] an entry that is replayed counts once, and what it displaced comes all the same', async () => {
    await once(ben, (frame) => [
      frame,
      { ...frame, firstSeq: frame.firstSeq + frame.entries.length, entries: frame.entries },
    ]);
    await says(ada, 'one');
    await says(ada, 'two');
    expect(await reasonsOf(ben)).toEqual(['out-of-session']);
    await becomesHonest();
    expect(await idsOf(ben)).toHaveLength(3);
  });

  test('[E3] entries in another order stand in no place, and come again', async () => {
    ben.setOffline(true);
    for (const text of ['one', 'two', 'three']) await says(ada, text);
    await once(ben, (frame) => [{ ...frame, entries: frame.entries.toReversed() }]);
    await harbour.pass(20_000);
    expect(await reasonsOf(ben)).toEqual(['out-of-session']);
    await becomesHonest();
    expect(await idsOf(ben)).toEqual(await idsOf(ada));
  });

  test('[S3] an own entry that is refused as out of order again and again is said in another session', async () => {
    let refused: string | undefined;
    ben.isLiedTo({
      up(frame, answer) {
        const session = frame.type === 'append' ? parseEntry(frame.entry)?.header.session : undefined;
        if (frame.type !== 'append' || !session) return [frame];
        refused ??= idToText(session);
        if (idToText(session) !== refused) return [frame];
        const { append: to } = upNumberByType;
        const subject = frame.channel;
        answer({ type: 'refused', to, subject, code: 'out-of-order', retryAfterMs: 0, detail: nothing });
        return [];
      },
    });
    const said = await says(ben, 'all the same');
    await harbour.pass(60_000);
    expect(await idsOf(ada)).toContain(said);
    await becomesHonest();
  });

  test('[D12] a segment is not begun by a word of the relay', async () => {
    const next = idToText((await documentsOf(ben)).segment(1));
    let told = 0;
    await watchChannels(ben, (documentOf) => ({
      down(frame) {
        if (frame.type !== 'live' || documentOf(frame.channel) !== next) return [frame];
        told++;
        const { channel, cursor } = frame;
        const snapshot = new Uint8Array(16).fill(7) as SnapshotId;
        const further = { ...cursor, seq: cursor.seq + 5 };
        return [
          { type: 'published', channel, snapshot, cursor, isSeal: true },
          { ...frame, cursor: further },
        ];
      },
    }));
    await says(ben, 'here');
    expect(told).toBeGreaterThan(0);
    expect((await ben.chat(harbour.group))?.segments?.open ?? 0).toBe(0);
    await becomesHonest();
    expect((await ben.chat(harbour.group))?.segments?.open ?? 0).toBe(0);
  });

  test('[S3] what is withheld with its number shows at the next hash, and comes', async () => {
    const segment = idToText((await documentsOf(ben)).segment(0));
    let withheldFrames = 0;
    await watchChannels(ben, (documentOf) => ({
      down(frame) {
        if (frame.type !== 'entries' || documentOf(frame.channel) !== segment) return [frame];
        return withheldFrames++ === 0 ? [] : [{ ...frame, firstSeq: frame.firstSeq - 1 }];
      },
    }));
    const withheld = await says(ada, 'not for Ben');
    await says(cleo, 'in its place');
    expect(await idsOf(ben)).not.toContain(withheld);
    const { toldAnew } = await trio.diagnosticsOf(ben);
    await says(ben, 'hello?');
    expect((await trio.diagnosticsOf(ben)).toldAnew).toBeGreaterThan(toldAnew);
    await becomesHonest();
    expect(await idsOf(ben)).toContain(withheld);
  });

  test('[D16] what is withheld, however well, shows as a gap behind what its author says next', async () => {
    const segment = idToText((await documentsOf(ben)).segment(0));
    let withheldEntries = 0;
    await watchChannels(ben, () =>
      withholding((entry, document) => {
        if (idToText(document) !== segment || !isBy(ada, entry) || withheldEntries > 0) return false;
        withheldEntries++;
        return true;
      }),
    );
    const withheld = await says(ada, 'not for Ben');
    await says(ben, 'all fine here');
    expect(withheldEntries).toBe(1);
    expect(await reasonsOf(ben)).toEqual([]);
    expect((await chatOf(ben))?.trouble).toBeUndefined();
    // In the same session, which has a hole now:
    await says(ada, 'and now this');
    expect(await idsOf(ben)).toHaveLength(1);
    expect(await reasonsOf(ben)).toEqual(['out-of-session']);
    expect((await chatOf(ben))?.trouble).toBe('gap');
    expect((await chatOf(cleo))?.trouble).toBeUndefined();
    await becomesHonest();
    expect(await idsOf(ben)).toContain(withheld);
    expect((await chatOf(ben))?.trouble).toBeUndefined();
    expect(await ben.headless().queries.read({ query: 'diagnostics' })).toMatchObject({
      gaps: 0,
      toldAnew: 1,
    });
  });

  test('[D16] and so does a whole session of theirs', async () => {
    const segment = idToText((await documentsOf(ben)).segment(0));
    let session = '';
    await watchChannels(ben, () =>
      withholding((entry, document) => {
        if (idToText(document) !== segment || !isBy(ada, entry)) return false;
        const of = String(parseEntry(entry)?.header.session);
        session ||= of;
        return of === session;
      }),
    );
    const withheld = await says(ada, 'not for Ben');
    await ada.closes();
    await ada.open();
    await harbour.pass(2000);
    const heard = await says(ada, 'and now this');
    expect(await idsOf(ben)).toEqual([heard]);
    expect(await reasonsOf(ben)).toEqual([]);
    expect((await chatOf(ben))?.trouble).toBe('gap');
    expect(await ben.headless().queries.read({ query: 'diagnostics' })).toMatchObject({
      gaps: 1,
      toldAnew: 0,
    });
    await becomesHonest();
    expect(await idsOf(ben)).toContain(withheld);
    expect((await chatOf(ben))?.trouble).toBeUndefined();
  });

  test('[S3] a log that is told shorter than it was is another one', async () => {
    await says(ada, 'one');
    await says(ada, 'two');
    const segment = idToText((await documentsOf(ben)).segment(0));
    let asked = 0;
    await watchChannels(ben, (documentOf) => ({
      down(frame) {
        if (frame.type !== 'live' || documentOf(frame.channel) !== segment) return [frame];
        asked++;
        return [{ ...frame, cursor: { ...frame.cursor, seq: frame.cursor.seq - 1 } }];
      },
    }));
    expect((await ben.chat(harbour.group))?.segments?.generation).toBe(1);
    await harbour.pass(120_000);
    // Neither believed nor asked again without a pause.
    expect(asked).toBeLessThan(40);
    await becomesHonest();
    expect(await idsOf(ben)).toHaveLength(3);
  });

  test('[S7] two stories told to two members become one once they hear each other', async () => {
    await says(ada, 'before');
    const twin = harbour.relay.twin();
    ben.setOffline(true);
    ben.isLiedTo({ relay: () => twin });
    ben.setOffline(false);
    await harbour.pass(5000);
    const here = await says(ada, 'on one side');
    const there = await says(ben, 'on the other');
    expect(await idsOf(ben)).not.toContain(here);
    expect(await idsOf(ada)).not.toContain(there);
    ben.setOffline(true);
    await harbour.pass(1000);
    ben.isLiedTo();
    ben.setOffline(false);
    await becomesHonest();
    expect((await ben.chat(harbour.group))?.segments?.generation).toBe(1);
    for (const member of [ada, ben, cleo]) {
      expect(await idsOf(member)).toEqual(expect.arrayContaining([here, there]));
    }
  });

  test('[K7] an entry of another document opens in none', async () => {
    const { meta } = await documentsOf(ben);
    let foreign: Entries['entries'] = [];
    const segment = idToText((await documentsOf(ben)).segment(0));
    let isTold = false;
    await watchChannels(ben, (documentOf) => ({
      down(frame) {
        if (frame.type !== 'entries') return [frame];
        if (documentOf(frame.channel) === idToText(meta)) foreign = frame.entries.slice(0, 1);
        if (isTold || foreign.length === 0 || documentOf(frame.channel) !== segment) return [frame];
        isTold = true;
        return [{ ...frame, entries: [...foreign, ...frame.entries.slice(1)] }];
      },
    }));
    await says(ada, 'one');
    await harbour.pass(3000);
    const swapped = await says(ada, 'two');
    expect(isTold).toBe(true);
    expect(await reasonsOf(ben)).toContain('unknown-kind');
    await becomesHonest();
    expect(await idsOf(ben)).toContain(swapped);
  });
});

describe('a wrong answer', () => {
  const refusing = (code: RefusalCode, times: number): Lie => {
    let left = times;
    return {
      up(frame, answer) {
        const isOurs = frame.type === 'append' && parseEntry(frame.entry)?.header.kind === entryKinds.segment;
        if (!isOurs || left === 0) return [frame];
        left--;
        const detail = new Uint8Array(code === 'stale-epoch' ? 32 : 0).fill(7);
        answer({
          type: 'refused',
          to: upNumberByType.append,
          subject: frame.channel,
          code,
          retryAfterMs: 0,
          detail,
        });
        return [];
      },
    };
  };

  test.each(['session-taken', 'conflict', 'diverged'] as const)(
    '[S7] a place that is given to another (%s): its documents begin anew, and what was to be said is said',
    async (code) => {
      await says(ada, 'one');
      ada.isLiedTo(refusing(code, 1));
      const id = await says(ada, 'two');
      await harbour.pass(30_000);
      expect((await ada.chat(harbour.group))?.segments?.generation).toBe(1);
      expect(await idsOf(ben)).toContain(id);
      await becomesHonest();
      expect(await idsOf(ben)).toHaveLength(3);
    },
  );

  test('[S7] a relay that says so each time is asked ever more rarely', async () => {
    ada.isLiedTo(refusing('session-taken', Infinity));
    await says(ada, 'one');
    await harbour.pass(30 * 60_000);
    const lives = (await ada.chat(harbour.group))?.segments?.generation ?? 0;
    expect(lives).toBeGreaterThan(3);
    expect(lives).toBeLessThan(12);
    await becomesHonest();
    expect(await idsOf(ben)).toHaveLength(2);
  });

  test('[E6] an epoch that never was: the chat rests for a moment, and loses nothing', async () => {
    // What a new socket does by itself is over.
    await harbour.pass(60_000);
    ada.isLiedTo(refusing('stale-epoch', 3));
    const id = await says(ada, 'one');
    await harbour.pass(120_000);
    expect((await ada.chat(harbour.group))?.epoch).toBe(1);
    expect(await idsOf(ben)).toContain(id);
    await becomesHonest();
  });
});

test.each([
  ['name', { snapshot: new Uint8Array(16).fill(9) as SnapshotId }],
  ['place', { cursor: { seq: 13, hash: new Uint8Array(16).fill(9) as LogHash } }],
])('[D13] a snapshot under another %s is none', async (_what, lie) => {
  for (let i = 0; i < 14; i++) await says([ada, ben, cleo][i % 3] ?? ada, `${i}`);
  await harbour.pass(60_000);
  const before = await idsOf(ada);
  let told = 0;
  cleo.isLiedTo({
    down(frame) {
      if (frame.type !== 'snapshot') return [frame];
      told++;
      return [{ ...frame, ...lie }];
    },
  });
  await cleo.becomesFresh();
  await harbour.pass(20_000);
  expect(told).toBeGreaterThan(0);
  expect(await reasonsOf(cleo)).toContain('bad-snapshot');
  expect(await idsOf(cleo)).toEqual([]);
  cleo.isLiedTo();
  await harbour.pass(15 * 60_000);
  expect(await idsOf(cleo)).toEqual(before);
  await becomesHonest();
});
