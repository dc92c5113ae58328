// Stories of texts that are to leave complete segments, and of what comes between: these are read again meanwhile, or the
// relay has forgotten that they were complete.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { equalBytes } from '../../../shared/codec/bytes.ts';
import type { DownFrame } from '../../../shared/protocol/frames/down.ts';
import type { DocumentId } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { Lie } from './lie.ts';
import { whenWritten } from './rawDisk.ts';
import { textsAtRelay } from './relayTexts.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('purging');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

const minuteMs = 60_000;
const wordAtRelay = async () =>
  (await textsAtRelay(trio.harbour, trio.ben)).filter((text) => text.includes('gone soon'));

async function documentOf(n: number): Promise<DocumentId> {
  const { storage, engine } = trio.ada.headless();
  const chat = await storage.chat(trio.harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  return openChatAccess(chat, identity).documents.segment(n);
}

/** Says something, so many times, in what is the last complete segment then. */
async function saysInLastComplete(times = 1) {
  const { harbour, ada, talk, says } = trio;
  const place = async () => (await ada.chat(harbour.group))?.segments ?? { open: 0, unsealed: 0 };
  const ids: string[] = [];
  for (let i = 0; i < times; i++) ids.push(await says(ada, 'gone soon'));
  const { open } = await place();
  while ((await place()).open === open) await talk(1);
  expect(await harbour.calm()).toEqual([]);
  await harbour.pass(minuteMs);
  expect(await place()).toMatchObject({ open: open + 1, unsealed: open + 1 });
  return { ids, document: await documentOf(open) };
}

/** A relay that hears of no purge until this document is read again from the start, which then takes long. */
function slowness(document: DocumentId) {
  const story: string[] = [];
  const reading = new Set<number>();
  const lie: Lie = {
    up(frame) {
      if (frame.type === 'subscribe' && frame.cursor.seq === 0 && equalBytes(frame.document, document)) {
        reading.add(frame.channel);
        story.push('read again');
      }
      if (frame.type !== 'publish' || frame.purged.length === 0) return [frame];
      if (story.length === 0) return [];
      story.push('purged');
      return [frame];
    },
    down: (frame) => (frame.type === 'live' && reading.has(frame.channel) ? [] : [frame]),
  };
  return { lie, story };
}

test('[D14] what is let go while its segment is read again stays in no kept segment', async () => {
  const { harbour, ada } = trio;
  const { ids, document } = await saysInLastComplete();
  const { lie, story } = slowness(document);
  ada.isLiedTo(lie);
  for (const id of ids) await ada.deletes(harbour.group, id);
  await harbour.pass(2000);
  ada.setOffline(true);
  await harbour.pass(minuteMs / 2);
  ada.setOffline(false);
  await harbour.pass(3 * minuteMs);
  expect(story[0]).toBe('read again');
  ada.isLiedTo();
  ada.setOffline(true);
  await harbour.pass(minuteMs / 2);
  ada.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
});

test('[D14] a text that is deleted while an earlier one is let go leaves the relay as well', async () => {
  const { harbour, ada } = trio;
  const { storage } = ada.headless();
  const { ids } = await saysInLastComplete(2);
  const [first = '', second = ''] = ids;
  // On the screen it stays open: opened anew it would begin anew, too.
  await ada.looksAt(harbour.group);
  const held: DownFrame[] = [];
  ada.isLiedTo({
    down(frame) {
      if (frame.type !== 'published') return [frame];
      held.push(frame);
      return [];
    },
  });
  await ada.deletes(harbour.group, first);
  await harbour.pass(5000);
  // The answer comes with the next word of the relay, while a slow disk is read.
  ada.isLiedTo({ down: (frame) => [...held.splice(0), frame] });
  const { segment } = storage;
  vi.spyOn(storage, 'segment').mockImplementationOnce(async (...row) => {
    await new Promise<void>((resolve) => void harbour.clock.after(5000, resolve));
    return segment(...row);
  });
  await harbour.clock.until(ada.deletes(harbour.group, second));
  await harbour.pass(minuteMs);
  expect(await storage.segmentsToErase(harbour.group)).toEqual([]);
  expect(await wordAtRelay()).toEqual([]);
});

test('[D18] what moves to the next segment goes from the one before, too, where another had said it again', async () => {
  const { harbour, ada, ben, cleo, talk, says } = trio;
  const id = await says(ada, 'gone soon');
  expect(await harbour.calm()).toEqual([]);
  await harbour.relay.wipe();
  harbour.relay.start();
  // She says it again, and nobody hears it. So does Ben, and the segment is complete before she is back.
  for (const member of [ben, cleo]) member.setOffline(true);
  ada.isLiedTo({ up: (frame) => (frame.type === 'append' ? [] : [frame]) });
  await harbour.pass(minuteMs / 2);
  ada.setOffline(true);
  ada.isLiedTo();
  for (const member of [ben, cleo]) member.setOffline(false);
  await harbour.pass(minuteMs);
  await talk(30, [ben, cleo]);
  await harbour.pass(minuteMs);
  ada.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await wordAtRelay()).toHaveLength(2);
  await ada.deletes(harbour.group, id);
  await harbour.pass(minuteMs);
  expect(await wordAtRelay()).toEqual([]);
  // In the one that she only passed through nothing was to be done, and it is not read again.
  expect((await ada.headless().storage.segment(harbour.group, 1))?.seal).toBeDefined();
  expect(await harbour.calm()).toEqual([]);
});

test('[D18] what one says again elsewhere goes from there, also where the app ended right after', async () => {
  const { harbour, ada, ben, cleo, talk, says } = trio;
  await talk(3);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  for (const member of [ada, ben]) member.setOffline(true);
  const complete = async () => (await cleo.chat(harbour.group))?.segments?.unsealed ?? 0;
  const before = await complete();
  const id = await says(cleo, 'gone soon');
  while ((await complete()) === before) await says(cleo, 'the relay will lose this');
  cleo.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  for (const member of [ada, ben]) member.setOffline(false);
  await talk(60, [ada, ben]);
  await harbour.pass(minuteMs);
  let ended = 0;
  whenWritten('outbox', id, () => {
    ended++;
    cleo.crashes();
  });
  cleo.setOffline(false);
  await harbour.pass(minuteMs);
  expect(ended).toBe(1);
  expect(await harbour.calm()).toEqual([]);
  expect(await wordAtRelay()).toHaveLength(1);
  await cleo.deletes(harbour.group, id);
  await harbour.pass(minuteMs);
  expect(await wordAtRelay()).toEqual([]);
  expect(await harbour.calm()).toEqual([]);
});

test('[D18] what lies in one’s own session goes at once, though more is deleted that somebody else said again', async () => {
  const { harbour, ada, ben, cleo, talk, says } = trio;
  const another = await says(cleo, 'gone soon, too');
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, cleo]) member.setOffline(true);
  await harbour.relay.wipe();
  harbour.relay.start();
  await harbour.pass(30 * minuteMs);
  cleo.setOffline(false);
  await harbour.pass(10 * minuteMs);
  const own = await says(cleo, 'gone soon');
  await talk(40, [ben]);
  await harbour.pass(10 * minuteMs);
  expect(await wordAtRelay()).toHaveLength(2);
  ben.setOffline(true);
  for (const id of [another, own]) await cleo.deletes(harbour.group, id);
  await harbour.pass(minuteMs);
  expect(await wordAtRelay()).toEqual([]);
});

test('[D14] what is deleted while a purge is under way goes with the next one', async () => {
  const { harbour, ada, says } = trio;
  const first = await says(ada, 'gone soon');
  const second = await says(ada, 'gone soon, too');
  const held: DownFrame[] = [];
  let isSlow = true;
  ada.isLiedTo({
    down(frame) {
      if (!isSlow) return [...held.splice(0), frame];
      if (frame.type === 'published') held.push(frame);
      return frame.type === 'published' ? [] : [frame];
    },
  });
  await ada.deletes(harbour.group, first);
  await harbour.pass(5000);
  expect(held).not.toEqual([]);
  await harbour.clock.until(ada.deletes(harbour.group, second));
  await harbour.pass(2000);
  isSlow = false;
  await harbour.pass(2 * minuteMs);
  expect(await wordAtRelay()).toEqual([]);
});
