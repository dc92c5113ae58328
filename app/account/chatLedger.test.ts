import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { chatEntryStatement, encodeChatEntry, type ChatEntryBody } from '../../shared/protocol/chatLedger.ts';
import { idToText, type BoxPublicKey } from '../../shared/protocol/ids.ts';
import {
  encodeUserGenesis,
  parseUserGenesis,
  userGenesisStatement,
  userIdOf,
} from '../../shared/protocol/userLedger.ts';
import { sha256 } from '../crypto/hash.ts';
import type { EpochSecret } from '../crypto/keyTree.ts';
import { platformRandom } from '../crypto/random.ts';
import { signerFromSeed } from '../crypto/sign.ts';
import { tamperings } from '../testing/testChat.ts';
import { readChatLedger } from './chatLedger.ts';
import { roles, startsEpoch, type ChangeKind, type ChatState } from './chatState.ts';
import { readUserLedger } from './userLedgers.ts';
import {
  at,
  bodyOf,
  boxOf,
  everyone,
  meetEveryone,
  newWorld,
  personOf,
  put,
  readAs,
  take,
  told,
  type Someone,
  type Spoil,
  type World,
} from '../testing/ledgerWorld.ts';

beforeAll(meetEveryone);

const operation = fc.record({
  kind: fc.constantFrom<ChangeKind>('add', 'add', 'remove', 'turn'),
  signer: fc.nat(4),
  who: fc.nat(4),
  isAdmin: fc.boolean(),
});

test('[L7] random changes by anyone: only the permitted count, and all who can read agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 8 }), async (operations) => {
      const world = await newWorld(3);
      let skipped = 0;
      const spans = new Map<string, number>();
      for (const { kind, signer, who, isAdmin } of operations) {
        const [by, whom] = [at(signer), at(who)];
        const roleOf = (someone: Someone) =>
          world.state.members.find(({ user }) => equalBytes(user, someone.person.user))?.role;
        const isWhomIn = roleOf(whom) !== undefined;
        const fits = kind === 'turn' || (kind === 'add' ? !isWhomIn : isWhomIn && by !== whom);
        const isGood = roleOf(by) === roles.admin && fits;
        // An epoch that nobody counts ends what can be said about a ledger; below is a test of its own for it.
        if (!isGood && startsEpoch(kind)) continue;
        const made = await put(world, kind, by, whom, isAdmin ? roles.admin : roles.member);
        await take(world, made, isGood);
        if (!isGood) skipped++;
        if (isGood && kind === 'remove') spans.set(idToText(whom.person.user), world.secrets.epoch);
        // Also where it doesn't count: who has the admin key and the secret can hand both out.
        if (kind === 'add') spans.delete(idToText(whom.person.user));
      }
      const first = world.state.members[0]?.user;
      const reader = everyone.find(({ person }) => first && equalBytes(person.user, first));
      if (!reader) throw new Error('somebody is always left');
      const expected = told(await readAs(world, reader, { epoch: world.secrets.epoch, index: 0 }));
      expect(expected.skipped).toBe(skipped);
      expect(expected.state).toEqual(world.state);
      for (const [index, { user }] of world.state.members.entries()) {
        const someone = everyone.find(({ person }) => equalBytes(person.user, user));
        if (!someone) throw new Error('expected someone');
        const byNewest = await readAs(world, someone, { epoch: world.secrets.epoch, index });
        expect(told(byNewest)).toEqual(expected);
        expect([...byNewest.secrets.keys()].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: world.secrets.epoch }, (_, i) => i + 1),
        );
        const inGenesis = everyone.slice(0, 3).indexOf(someone);
        if (inGenesis === -1 || !expected.members[index]?.spans.some(({ from, to }) => from === 1 && !to))
          continue;
        expect(told(await readAs(world, someone, { epoch: 1, index: inGenesis }))).toEqual(expected);
      }
      for (const [user, removedIn] of spans) {
        const someone = everyone.find(({ person }) => idToText(person.user) === user);
        if (!someone) throw new Error('expected someone');
        for (const [epoch, boxes] of world.boxes) {
          if (epoch < removedIn) continue;
          for (const index of boxes.keys()) expect(await boxOf(world, epoch, index, someone)).toBeUndefined();
        }
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
/** The outside as its admin could also have it. */
async function resealed(world: World, entry: Bytes, change: Partial<ChatEntryBody>): Promise<Bytes> {
  const body = { ...bodyOf(entry), ...change };
  const admin = await signerFromSeed(world.adminSeed);
  return encodeChatEntry({ body, signature: await admin.sign(chatEntryStatement(body)) });
}

describe('an entry that changes nothing', () => {
  const nothing = async (make: (world: World) => Promise<Bytes>) => {
    const world = await newWorld(3);
    const before = told(await readAs(world, at(1), { epoch: 1, index: 1 }));
    world.entries.push(await make(world));
    const read = await readChatLedger({
      ...world,
      secrets: new Map([[1, world.secrets.epochSecret]]),
      personOf,
    });
    if (!read.ok) throw new Error(read.error);
    expect(read.value.skipped).toBe(1);
    const now = told(read.value);
    expect(now).toEqual({ ...before, head: now.head, skipped: 1 });
  };
  const entryOf = async (...given: Parameters<typeof put>) => (await put(...given)).entry;
  test('[L7] is one whose signer is no admin, or no member, or another than who signed', async () => {
    await nothing((world) => entryOf(world, 'add', at(1), at(3)));
    await nothing((world) => entryOf(world, 'remove', at(1), at(2)));
    await nothing((world) => entryOf(world, 'turn', at(4), at(2)));
    const impostor = { ...at(0), identity: { ...at(0).identity, signer: at(1).identity.signer } };
    await nothing((world) => entryOf(world, 'add', impostor, at(3)));
    const device = { ...at(0), identity: { ...at(0).identity, device: at(1).identity.device } };
    await nothing((world) => entryOf(world, 'add', device, at(3)));
  });

  test('[L7] is one that does something else than its kind says', async () => {
    const also =
      (change: (state: ChatState) => ChatState): Spoil =>
      ({ state, newcomers }) => ({
        state: change(state),
        newcomers,
      });
    const demoted = also((state) => ({
      ...state,
      members: state.members.map((member) => ({ ...member, role: roles.member })),
    }));
    const shortened = also((state) => ({ ...state, members: state.members.slice(1) }));
    const turned = also((state) => ({ ...state, members: state.members.toReversed() }));
    for (const kind of ['add', 'remove', 'turn'] as const) {
      for (const spoil of [
        also((state) => ({ ...state, title: 'Another' })),
        also((state) => ({ ...state, creator: at(3).person.user })),
        also((state) => ({ ...state, isHistoryShared: false })),
        also((state) => ({ ...state, kind: 2 })),
        demoted,
        shortened,
        turned,
      ]) {
        await nothing((world) =>
          entryOf(world, kind, at(0), at(kind === 'add' ? 3 : 2), roles.member, spoil),
        );
      }
    }
    await nothing((world) => entryOf(world, 'add', at(0), at(2)));
    await nothing((world) => entryOf(world, 'remove', at(0), at(3)));
    await nothing((world) => entryOf(world, 'remove', at(0), at(0)));
  });

  test('[L7] is one that brings someone without their own ledger', async () => {
    const bringing = (newcomers: Bytes[][]) => (world: World) =>
      entryOf(world, 'add', at(0), at(3), roles.member, ({ state }) => ({ state, newcomers }));
    await nothing(bringing([]));
    await nothing(bringing([[]]));
    await nothing(bringing([[at(4).identity.genesis]]));
    await nothing(bringing([[at(3).identity.genesis], [at(4).identity.genesis]]));
    await nothing((world) => entryOf(world, 'add', at(0), at(3), 3));
    await nothing((world) =>
      entryOf(world, 'add', at(0), at(3), roles.member, ({ state, newcomers }) => ({
        state: {
          ...state,
          members: state.members.map((member) =>
            equalBytes(member.user, at(3).person.user)
              ? { ...member, ledgerHead: at(4).person.head }
              : member,
          ),
        },
        newcomers,
      })),
    );
  });

  test('[K12] is one that brings someone whose key takes no boxes', async () => {
    const { identity } = at(3);
    const genesis = parseUserGenesis(identity.genesis);
    if (!genesis) throw new Error('expected a genesis');
    const recovery = await signerFromSeed(platformRandom(32));
    const userBoxKey = new Uint8Array(genesis.body.userBoxKey.length).fill(255) as BoxPublicKey;
    const body = { ...genesis.body, userBoxKey, recoveryKey: recovery.publicKey };
    const statement = userGenesisStatement(body);
    const bytes = encodeUserGenesis({
      body,
      deviceSignature: await identity.signer.sign(statement),
      recoverySignature: await recovery.sign(statement),
    });
    const person = await readUserLedger(userIdOf(sha256, bytes), [bytes]);
    if (!person) throw new Error('expected a person');
    const someone = { identity: { ...identity, user: person.user, genesis: bytes }, person };
    await nothing((world) => entryOf(world, 'add', at(0), someone));
  });

  test('[L7] is one that nobody can open', async () => {
    const garbled = (sealed: (sealed: Bytes) => Bytes) => async (world: World) => {
      const entry = await entryOf(world, 'add', at(0), at(3));
      return resealed(world, entry, { sealed: sealed(bodyOf(entry).sealed) });
    };
    await nothing(garbled(() => new Uint8Array(0)));
    await nothing(garbled((sealed) => sealed.slice(0, -1)));
    await nothing(garbled((sealed) => platformRandom(sealed.length)));
  });

  test('[L6] is one whose outside, or link, is not what its device signed', async () => {
    const other = (await signerFromSeed(platformRandom(32))).publicKey;
    await nothing(async (world) => {
      const entry = await entryOf(world, 'turn', at(0), at(0));
      return resealed(world, entry, { readKey: other });
    });
    await nothing(async (world) => {
      const [one, two] = [await put(world, 'turn', at(0), at(0)), await put(world, 'turn', at(0), at(0))];
      const [mine, theirs] = [bodyOf(one.entry).sealed, bodyOf(two.entry).sealed];
      // The link stands first, with its length of one byte.
      const length = 1 + (mine[0] ?? 0);
      const swapped = new Uint8Array([...theirs.slice(0, length), ...mine.slice(length)]);
      return resealed(world, one.entry, { sealed: swapped });
    });
  });
});

test('[L8] bytes that no honest relay would hand out are no ledger', async () => {
  const world = await newWorld(2);
  await take(world, await put(world, 'turn', at(0), at(0)));
  await take(world, await put(world, 'add', at(0), at(3)));
  const secrets = new Map([[2, world.secrets.epochSecret]]);
  const read = async (entries: readonly Uint8Array[]) => {
    const result = await readChatLedger({ ...world, entries, secrets, personOf });
    return result.ok ? 'read' : result.error;
  };
  expect(await read(world.entries)).toBe('read');
  const [genesis, turn, add] = world.entries;
  if (!genesis || !turn || !add) throw new Error('three entries');
  for (const entries of [[], [turn], [genesis, add], [genesis, turn, turn], [turn, genesis, add]]) {
    expect(await read(entries)).toBe('not-a-chain');
  }
  for (const changed of tamperings(turn, 40)) expect(await read([genesis, changed, add])).toBe('not-a-chain');
  for (const changed of tamperings(add, 40)) expect(await read([genesis, turn, changed])).toBe('not-a-chain');
});

test('[L8] a ledger with an entry left out is none', async () => {
  const world = await newWorld(2);
  await take(world, await put(world, 'add', at(0), at(2)));
  await take(world, await put(world, 'add', at(0), at(3)));
  const secrets = new Map([[1, world.secrets.epochSecret]]);
  expect((await readChatLedger({ ...world, secrets, personOf })).ok).toBe(true);
  const entries = world.entries.filter((_, position) => position !== 1);
  const read = await readChatLedger({ ...world, entries, secrets, personOf });
  expect(read).toEqual({ ok: false, error: 'not-a-chain' });
});

test('[L8] a ledger in which an epoch is left out, or keys change within one, is none', async () => {
  const world = await newWorld(2);
  const { entry } = await put(world, 'turn', at(0), at(0));
  const { epochCommitment } = bodyOf(world.entries[0]);
  for (const change of [{ epoch: 3 }, { epoch: 1 }, { epoch: 1, epochCommitment }]) {
    const entries = [...world.entries, await resealed(world, entry, change)];
    const secrets = new Map([[1, world.secrets.epochSecret]]);
    const read = await readChatLedger({ ...world, entries, secrets, personOf });
    expect(read).toEqual({ ok: false, error: 'not-a-chain' });
  }
});

test('[L8] a secret that the ledger does not commit to is none', async () => {
  const world = await newWorld(2);
  const secrets = new Map([[1, platformRandom(32) as EpochSecret]]);
  expect(await readChatLedger({ ...world, secrets, personOf })).toEqual({ ok: false, error: 'no-key' });
});

test('[L8] the newest secret leads to all before it, and no older one to a newer', async () => {
  const world = await newWorld(3);
  const before = new Map([[1, world.secrets.epochSecret]]);
  await take(world, await put(world, 'remove', at(0), at(2)));
  await take(world, await put(world, 'turn', at(0), at(0)));
  const all = await readAs(world, at(1), { epoch: 3, index: 1 });
  expect([...all.secrets.keys()].toSorted()).toEqual([1, 2, 3]);
  expect(all.secrets.get(1)).toEqual(before.get(1));
  const read = await readChatLedger({ ...world, secrets: before, personOf });
  if (!read.ok) throw new Error(read.error);
  // Whom the first change removes reads that change, and nothing behind it.
  expect([read.value.read, read.value.epochNeeded, [...read.value.secrets.keys()]]).toEqual([2, 2, [1]]);
  expect(read.value.former.map(({ person }) => person.user)).toEqual([at(2).person.user]);
  const wrong = await readChatLedger({
    ...world,
    secrets: new Map([[3, platformRandom(32) as Bytes as EpochSecret]]),
    personOf,
  });
  expect(wrong).toEqual({ ok: false, error: 'no-key' });
});

test('[L8] who comes back is a member again from then on, and was none in between', async () => {
  const world = await newWorld(3);
  await take(world, await put(world, 'remove', at(0), at(2)));
  await take(world, await put(world, 'turn', at(0), at(0)));
  await take(world, await put(world, 'add', at(0), at(2)));
  const ledger = await readAs(world, at(2), { epoch: 3, index: 2 });
  expect(ledger.members[2]?.spans).toEqual([{ from: 1, to: 1 }, { from: 3 }]);
  expect(ledger.former).toEqual([]);
});
