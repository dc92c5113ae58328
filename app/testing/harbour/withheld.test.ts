// What never comes, and what never was: a relay that keeps all of one author's words from one member, and a member who counts
// what nobody said. Others' signed words show the one, and how much a chat can hold bounds the other.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEntry } from '../../../shared/protocol/entry.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { idToText, type RecordId } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { sealRecord } from '../../doc/record.ts';
import { createForger } from './forger.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';
import { withholding } from './withholding.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('withheld');
});
afterEach(() => trio.harbour.close());

async function accessOf(member: Member) {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(trio.harbour.group);
  const me = engine.member();
  if (!chat || !me) throw new Error('expected a member of the group');
  return { ...openChatAccess(chat, me.identity), device: me.identity.device };
}
const chatViewOf = (member: Member) =>
  member.headless().queries.read({ query: 'chat', chatId: trio.harbour.group });

test('[D16] all that one author says is withheld: it shows by what others say they have, until it comes', async () => {
  const { harbour, ada, ben, cleo, talk, says, idsOf, troubleOf, diagnosticsOf, goesOn } = trio;
  await talk(3);
  expect(await harbour.calm()).toEqual([]);
  const { documents, context } = await accessOf(ben);
  const segment = idToText(documents.segment(0));
  const adas = idToText(context.tagOf((await accessOf(ada)).device));
  ben.setOffline(true);
  await harbour.pass(1000);
  ben.isLiedTo(
    withholding((entry, document) => {
      const author = parseEntry(entry)?.header.author;
      return idToText(document) === segment && author !== undefined && idToText(author) === adas;
    }),
  );
  ben.setOffline(false);
  await harbour.pass(5000);
  const withheld = await says(ada, 'not for Ben');
  const heard = await says(cleo, 'did you see that?');
  expect(await idsOf(ben)).toContain(heard);
  // It may be on its way.
  expect(await troubleOf(ben)).toBeUndefined();
  await harbour.pass(60_000);
  expect(await idsOf(ben)).not.toContain(withheld);
  expect(await chatViewOf(ben)).toMatchObject({ trouble: 'gap', toldBy: harbour.marked('Cleo') });
  expect(await diagnosticsOf(ben)).toMatchObject({ gaps: 1 });
  expect(await troubleOf(cleo)).toBeUndefined();
  ben.isLiedTo();
  ben.setOffline(true);
  await harbour.pass(1000);
  ben.setOffline(false);
  await harbour.pass(60_000);
  expect(await idsOf(ben)).toContain(withheld);
  expect(await troubleOf(ben)).toBeUndefined();
  await goesOn();
});

test('[D16] a record with a number beyond all that the chat can hold is counted, and shows no gap', async () => {
  const { harbour, ada, ben, cleo, talk, troubleOf, diagnosticsOf, bodiesOf } = trio;
  await talk(6);
  const forger = await createForger(harbour, ben);
  const { sealed } = await sealRecord(
    forger.context,
    {
      id: harbour.chance.bytes(16) as RecordId,
      body: { kind: 'message', text: harbour.marked('the five millionth') },
      sequence: 5_000_000,
      previous: new Uint8Array(16),
      at: harbour.clock.now() * 1024,
      seen: startCursor,
    },
    harbour.chance.bytes,
  );
  await forger.appendsRecords([sealed]);
  forger.close();
  await talk(6, [ada, cleo]);
  await cleo.becomesFresh();
  await harbour.pass(60_000);
  for (const member of [ada, cleo]) {
    expect(await troubleOf(member)).toBeUndefined();
    const diagnostics = await diagnosticsOf(member);
    expect(diagnostics).toMatchObject({ gaps: 0 });
    expect(diagnostics.setAside.map(({ reason }) => reason)).toEqual(['forked-chain']);
    expect(await bodiesOf(member)).toHaveLength(13);
  }
});
