// Branches of a ledger with which somebody who was removed, or a relay in league with them, wants back into a chat; and what
// a member says of epochs that were left.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { bytesToBase64url } from '../../../shared/codec/base64url.ts';
import { idToText } from '../../../shared/protocol/ids.ts';
import { maxLeftEpochs } from '../../../shared/protocol/limits.ts';
import { roles } from '../../account/chatState.ts';
import type { EpochSecret } from '../../crypto/keyTree.ts';
import { signedLeftEpochs } from '../../doc/metaEntries.ts';
import { clientOf } from '../../doc/segmentUpdate.ts';
import { createForking, type Forking } from './forking.ts';
import { createForger } from './forger.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

let harbour: Harbour;
let forking: Forking;
let ada: Member;
let ben: Member;
let cleo: Member;
let dag: Member;
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'hostile forks', members: 4 });
  const [a, b, c, d] = harbour.people;
  if (!a || !b || !c || !d) throw new Error('expected four people');
  [ada, ben, cleo, dag] = [a, b, c, d];
  forking = createForking(harbour);
});
afterEach(() => harbour.close());

const idsOf = async (member: Member) =>
  (await member.timeline(harbour.group)).map(({ messageId }) => messageId);
const rowOf = async (member: Member) => await member.chat(harbour.group);
const membersOf = async (member: Member) => (await rowOf(member))?.members.map(({ user }) => user) ?? [];

describe('who was removed', () => {
  test('[L16] does not get their people added by who had followed them', async () => {
    const { says, changed, forked, comeBack } = forking;
    await changed(ada, 'remove', dag);
    await forked({
      admins: [ben, cleo],
      unaware: [ada],
      lost: () => changed(ben, 'add', dag, roles.admin),
      found: () => changed(ada, 'remove', ben),
    });
    await comeBack(cleo);
    expect(await membersOf(cleo)).toEqual(await membersOf(ada));
    const secret = await says(ada, 'without Ben and his people');
    await comeBack(dag);
    expect((await rowOf(dag))?.isRemoved).toBe(true);
    expect(await idsOf(dag)).not.toContain(secret);
  });

  test.each(['before', 'after'])(
    '[L16] does not get whom they add in a branch where others removed them, %s these look',
    async (when) => {
      const { changed, forked, comeBack } = forking;
      await forked({
        admins: [ben, cleo],
        unaware: [ben, cleo],
        lost: () => changed(ada, 'remove', ben),
        found: async () => {
          await changed(cleo, 'remove', dag);
          if (when === 'before') await changed(ben, 'add', dag);
        },
      });
      await comeBack(dag);
      if (when === 'after') await changed(ben, 'add', dag);
      await harbour.pass(60_000);
      const secret = dag.says(harbour.group, harbour.marked('not for Ben')).id;
      await harbour.pass(3 * 60_000);
      expect((await rowOf(dag))?.isRemoved).toBe(true);
      expect(await idsOf(ben)).not.toContain(secret);
    },
  );

  test('[L16] gets nobody over by a relay that changes branches between two answers', async () => {
    const { changed } = forking;
    await changed(ada, 'remove', ben);
    await changed(ada, 'add', ben, roles.admin);
    const twin = harbour.relay.twin();
    const path = `/api/ledgers/${harbour.group}`;
    let other: unknown;
    ben.setOffline(true);
    ben.isLiedTo({
      relay: () => twin,
      body(of, body) {
        if (of === path) other = body;
        return body;
      },
    });
    ben.setOffline(false);
    await changed(ada, 'remove', ben);
    await harbour.pass(90_000);
    // What has grown is read on.
    for (let turn = 0; turn < 3; turn++) await changed(ben, 'turn');
    cleo.setOffline(true);
    await changed(ada, 'turn');
    let asked = 0;
    cleo.isLiedTo({
      body(of, body) {
        if (of === path && asked > 0) return other;
        if (!of.startsWith(`${path}/boxes/`) || asked++ > 0) return body;
        return { box: bytesToBase64url(new Uint8Array(1203)), path: [] };
      },
    });
    cleo.setOffline(false);
    await harbour.pass(3 * 60_000);
    expect(asked).toBeGreaterThan(0);
    expect(await membersOf(cleo)).not.toContain(ben.userId());
  });

  test('[L16] gets nothing by the removal of who removed them', async () => {
    const { says, changed, forked, comeBack } = forking;
    let secret = '';
    await forked({
      admins: [ben, cleo, dag],
      unaware: [ben, dag],
      lost: async () => {
        await changed(ada, 'remove', ben);
        secret = await says(ada, 'not for Ben');
        await changed(cleo, 'remove', ada);
      },
      found: () => changed(dag, 'remove', ada),
    });
    await comeBack(cleo);
    await harbour.pass(5 * 60_000);
    expect(await idsOf(cleo)).toContain(secret);
    expect((await rowOf(ben))?.isRemoved).toBe(true);
    expect(await idsOf(ben)).not.toContain(secret);
  });

  test('[L16] reads nothing by a branch that has begun no epoch since', async () => {
    const { says, changed, forked, comeBack } = forking;
    for (const member of [cleo, dag]) await changed(ada, 'remove', member);
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'add', dag);
        await harbour.pass(20_000);
        dag.setOffline(true);
        await changed(ben, 'remove', dag);
      },
      found: () => changed(ada, 'add', cleo),
    });
    await comeBack(ben);
    const secret = await says(ben, 'not for Dag');
    await comeBack(dag);
    expect(await idsOf(ada)).toContain(secret);
    expect(await idsOf(dag)).not.toContain(secret);
    const { epochSecret = '', epochSecrets = {} } = (await rowOf(dag)) ?? {};
    expect([epochSecret, ...Object.values(epochSecrets)]).not.toContain((await rowOf(ben))?.epochSecret);
  });

  test('[L16] is not brought back by who was an administrator in the other branch alone', async () => {
    const { says, changed, forked, comeBack } = forking;
    await changed(ada, 'remove', dag);
    await forked({
      admins: [ben],
      unaware: [ben, dag],
      lost: async () => {
        await changed(ada, 'remove', ben);
        await changed(ada, 'add', ben);
      },
      found: () => changed(ben, 'add', dag),
    });
    await comeBack(ada, cleo);
    const secret = await says(ada, 'not for Dag');
    await harbour.pass(60_000);
    expect(await idsOf(ben)).toContain(secret);
    expect(await idsOf(dag)).not.toContain(secret);
    expect((await rowOf(ada))?.members.find(({ user }) => user === ben.userId())?.role).toBe(roles.member);
  });

  test('[L16] is not brought back by who knows of their coming alone', async () => {
    const { says, changed, forked, comeBack } = forking;
    await changed(ada, 'remove', dag);
    await forked({
      admins: [ben, cleo],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'add', dag);
        await harbour.pass(20_000);
        for (const one of [cleo, dag]) one.setOffline(true);
        await changed(ben, 'remove', dag);
      },
      found: () => changed(ada, 'turn'),
    });
    await comeBack(ben);
    await comeBack(cleo, dag);
    const secret = await says(ben, 'not for Dag');
    await harbour.pass(60_000);
    expect(await idsOf(cleo)).toContain(secret);
    expect(await idsOf(dag)).not.toContain(secret);
  });

  test('[L16] is not followed into a branch that was left before', async () => {
    const { says, changed, forked, comeBack } = forking;
    await changed(ada, 'remove', dag);
    let twin: ReturnType<typeof harbour.relay.twin> | undefined;
    const isLed = (member: Member) => {
      member.setOffline(true);
      member.isLiedTo({ relay: () => twin });
      return comeBack(member);
    };
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'add', dag, roles.admin);
        await harbour.pass(20_000);
        twin = harbour.relay.twin();
        dag.setOffline(true);
        await changed(ben, 'remove', dag);
      },
      found: () => changed(ada, 'turn'),
    });
    await comeBack(ben);
    expect((await rowOf(ben))?.trouble).toBeUndefined();
    await isLed(dag);
    await changed(dag, 'turn');
    await isLed(ben);
    const secret = await says(ben, 'not for Dag');
    await harbour.pass(60_000);
    expect(await idsOf(ben)).toContain(secret);
    expect(await idsOf(dag)).not.toContain(secret);
  });

  test('[L16] gets nobody removed in another branch than the one in which they are in the way', async () => {
    const { changed, forked, comeBack } = forking;
    await forked({
      admins: [ben, dag],
      unaware: [ben, dag],
      lost: () => changed(ada, 'remove', ben),
      found: async () => {
        await changed(ben, 'turn');
        const twin = harbour.relay.twin();
        dag.setOffline(true);
        dag.isLiedTo({ relay: () => twin });
        dag.setOffline(false);
        await harbour.pass(70_000);
        await changed(dag, 'turn');
        await changed(dag, 'turn');
        await changed(ben, 'remove', cleo);
        await changed(ben, 'add', cleo);
        // She sees the one, decides, and meets the other.
        ada.setOffline(false);
        await harbour.pass(20_000);
        expect((await rowOf(ada))?.trouble).toBe('fork');
        ada.setOffline(true);
        ada.isLiedTo({ relay: () => twin });
      },
    });
    await comeBack(ada);
    expect(await membersOf(dag)).toContain(cleo.userId());
    expect(await membersOf(dag)).not.toContain(ben.userId());
    expect(await membersOf(ada)).toEqual(await membersOf(dag));
  });
});

/** Says so, in Cleo's place in the meta document, whatever epochs she likes. */
async function cleoTells(times: number, isSame = false) {
  const meta = await createForger(harbour, cleo, 'meta');
  const session = meta.newSession();
  const doc = new Y.Doc();
  doc.clientID = clientOf(session);
  const { device } = meta.context.self;
  const secret = harbour.chance.bytes(32);
  for (let at = 1; at <= times; at++) {
    const epochs = Array.from({ length: maxLeftEpochs }, () => ({
      epoch: 900,
      secret: (isSame ? secret : harbour.chance.bytes(32)) as EpochSecret,
    }));
    const before = Y.encodeStateVector(doc);
    const value = await signedLeftEpochs.sign(meta.context, { version: 1, device, epochs, people: [], at });
    doc.getMap<Uint8Array>('left').set(idToText(device), value);
    await meta.appends(Y.encodeStateAsUpdate(doc, before), session);
    await harbour.pass(5000);
  }
  meta.close();
}

test('[L17] what one member says of left epochs takes no place of what others say', async () => {
  const { says, changed, forked, comeBack } = forking;
  const said: string[] = [];
  await cleoTells(3);
  const told = Object.values((await rowOf(ada))?.toldSecrets ?? {});
  expect(told.map(({ at, epochs }) => [at, epochs.length])).toEqual([[3, maxLeftEpochs]]);
  await forked({
    admins: [ben],
    unaware: [ada],
    lost: async () => {
      await changed(ben, 'turn');
      said.push(await says(ben, 'in the one'));
    },
    found: async () => {
      await changed(ada, 'turn');
      said.push(await says(ada, 'in the other'));
    },
  });
  await comeBack(ben, cleo, dag);
  for (const member of harbour.people) expect(await idsOf(member)).toEqual(expect.arrayContaining(said));
});

test('[L17] a record that nobody can read, and left epochs told again and again, begin a chat anew once', async () => {
  const segment = await createForger(harbour, cleo);
  const { header, body } = await segment.record({ kind: 'message', text: 'x' });
  const spoiled = new Uint8Array(header);
  spoiled.set([1, 2, 3], spoiled.length - 3);
  await segment.appendsRecords([{ header: spoiled, body }]);
  await harbour.pass(5000);
  await cleoTells(5, true);
  await harbour.pass(30 * 60_000);
  expect((await rowOf(ada))?.segments?.generation).toBe(1);
});
