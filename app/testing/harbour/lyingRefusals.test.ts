// A relay that refuses to follow a document for a reason that isn't one: it is asked again, on the same socket.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { upNumberByType } from '../../../shared/protocol/frames/up.ts';
import { idToText } from '../../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../../shared/protocol/refusals.ts';
import type { Lie } from './lie.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('lying refusals');
});
afterEach(() => trio.harbour.close());

/** Says of every entry that its document is complete, or full, which it is not. */
function sealing(code: 'sealed' | 'busy' = 'sealed'): Lie & { readonly refused: () => number } {
  let refused = 0;
  return {
    refused: () => refused,
    up(frame, answer) {
      if (frame.type !== 'append') return [frame];
      refused++;
      const what = { to: upNumberByType.append, subject: frame.channel, code } as const;
      answer({ type: 'refused', ...what, retryAfterMs: 0, detail: new Uint8Array(0) });
      return [];
    },
  };
}

/** Refuses the first subscription to each document. */
function refusing(code: RefusalCode): Lie {
  const refused = new Set<string>();
  return {
    up(frame, answer) {
      if (frame.type !== 'subscribe' || refused.has(idToText(frame.document))) return [frame];
      refused.add(idToText(frame.document));
      const what = { to: upNumberByType.subscribe, subject: frame.channel, code };
      answer({ type: 'refused', ...what, retryAfterMs: 0, detail: new Uint8Array(0) });
      return [];
    },
  };
}

test.each(['sealed', 'out-of-order', 'forbidden', 'internal'] as const)(
  '[S5] documents that are refused for no reason (%s) are asked for again: messages and ticks are there',
  async (code) => {
    const { harbour, ada, ben, cleo, says } = trio;
    // On the screen it stays open: a chat that is opened again asks again.
    await ada.looksAt(harbour.group);
    ada.isLiedTo(refusing(code));
    ada.setOffline(true);
    await harbour.pass(1000);
    ada.setOffline(false);
    await harbour.pass(5000);
    const theirs = await says(ben, 'one');
    const own = await says(ada, 'two');
    await harbour.pass(11 * 60_000);
    expect(await trio.idsOf(ada)).toContain(theirs);
    for (const member of [ben, cleo]) await member.reads(harbour.group);
    await harbour.pass(5000);
    const message = (await ada.timeline(harbour.group)).find(({ messageId }) => messageId === own);
    expect(message?.delivery).toBe('read');
    await trio.goesOn();
  },
);

test('[S5] who is told again and again that a document is complete, and not by its snapshot, asks ever less', async () => {
  const { harbour, ada } = trio;
  await ada.looksAt(harbour.group);
  const lie = sealing();
  ada.isLiedTo(lie);
  await ada.says(harbour.group, harbour.marked('never complete')).done;
  await harbour.pass(60_000);
  expect(lie.refused()).toBeGreaterThan(0);
  expect(lie.refused()).toBeLessThan(20);
  await harbour.pass(11 * 60_000);
  await trio.goesOn();
});

test('[D12] a relay that says of every segment that it is full ends none that has nothing in it', async () => {
  const { harbour, ada, ben, says, idsOf } = trio;
  await says(ada, 'before');
  ada.isLiedTo(sealing('busy'));
  await ada.says(harbour.group, harbour.marked('nowhere yet')).done;
  await harbour.pass(10 * 60_000);
  expect((await ada.chat(harbour.group))?.segments).toMatchObject({ open: 1 });
  await trio.goesOn();
  expect(await idsOf(ben)).toEqual(await idsOf(ada));
});
