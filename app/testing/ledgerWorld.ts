// A chat's ledger without a relay: what it would have of it, and what all its admins together know. For tests of what
// everybody reads from it.
import 'fake-indexeddb/auto';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { hashChatEntry, parseChatEntry, type ChatEntryBody } from '../../shared/protocol/chatLedger.ts';
import { idToText, type ChatId, type UserId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { EpochSecret, RootSecret, SigningSeed } from '../crypto/keyTree.ts';
import { platformRandom } from '../crypto/random.ts';
import { openStorage } from '../storage/storage.ts';
import { openChatBox, type ChatSecrets } from '../account/chatBoxes.ts';
import { createChange } from '../account/chatChange.ts';
import { createChatGenesis } from '../account/chatGenesis.ts';
import { readChatLedger, type ChatLedger } from '../account/chatLedger.ts';
import { roles, type ChangeKind, type ChatState } from '../account/chatState.ts';
import { createIdentity, type Identity } from '../account/identity.ts';
import { readUserLedger, type Person } from '../account/userLedgers.ts';

export interface Someone {
  readonly identity: Identity;
  readonly person: Person;
}
export const everyone: Someone[] = [];
/** Five people, the same in all worlds of a run. */
export async function meetEveryone() {
  for (let i = 0; i < 5; i++) {
    const storage = await openStorage(`chat ledger test ${i}`);
    const identity = await createIdentity(storage, platformRandom);
    storage.close();
    const person = await readUserLedger(identity.user, [identity.genesis]);
    if (!person) throw new Error('expected a person');
    everyone.push({ identity, person });
  }
}
export const at = (index: number): Someone => {
  const someone = everyone[index % everyone.length];
  if (!someone) throw new RangeError('five people');
  return someone;
};
export const personOf = async (user: UserId) =>
  everyone.find(({ person }) => equalBytes(person.user, user))?.person;
export const bodyOf = (entry: Bytes | undefined): ChatEntryBody => {
  const body = entry && parseChatEntry(entry)?.body;
  if (!body) throw new Error('expected an entry');
  return body;
};

/** What a relay has of a chat, and what all its admins together know. */
export interface World {
  readonly chat: ChatId;
  readonly root: RootSecret;
  entries: Bytes[];
  boxes: Map<number, readonly Bytes[]>;
  secrets: ChatSecrets;
  adminSeed: SigningSeed;
  state: ChatState;
}
export const stateOf = ({
  members,
  kind,
  title,
  creator,
  createdAt,
  isHistoryShared,
}: ChatState): ChatState => ({
  members,
  kind,
  title,
  creator,
  createdAt,
  isHistoryShared,
});
export async function newWorld(members: number): Promise<World> {
  const { identity, person } = at(0);
  const others = everyone.slice(1, members).map((other) => other.person);
  const about = { kind: 'group', title: 'Tests', createdAt: 1 } as const;
  const made = await createChatGenesis({ ...person, signer: identity.signer }, others, about, platformRandom);
  if (!made.adminSeed) throw new Error('expected the admin seed');
  return {
    chat: made.chat,
    root: made.secrets.rootSecret,
    entries: [made.entry],
    boxes: new Map([[1, made.boxes]]),
    secrets: made.secrets,
    adminSeed: made.adminSeed,
    state: stateOf(made.inside),
  };
}

export const after = (
  state: ChatState,
  kind: ChangeKind,
  who: Someone,
  role: number = roles.member,
): ChatState => {
  const { user, head } = who.person;
  const rest = state.members.filter((member) => !equalBytes(member.user, user));
  if (kind === 'turn') return state;
  return {
    ...state,
    members: kind === 'remove' ? rest : [...state.members, { user, role, ledgerHead: head }],
  };
};
export type Spoil = (made: { state: ChatState; newcomers: Bytes[][] }) => {
  state: ChatState;
  newcomers: Bytes[][];
};

/** Puts a change on the ledger, whether or not it may stand there. */
export async function put(
  world: World,
  kind: ChangeKind,
  signer: Someone,
  who: Someone,
  role?: number,
  spoil?: Spoil,
) {
  const plain = {
    state: after(world.state, kind, who, role),
    newcomers: kind === 'add' ? [[who.identity.genesis]] : [],
  };
  const { state, newcomers } = spoil ? spoil(plain) : plain;
  const people = await Promise.all(state.members.map(({ user }) => personOf(user)));
  const last = world.entries.at(-1);
  if (!last) throw new Error('expected an entry');
  const { entry, boxes } = await createChange(
    {
      head: hashChatEntry(sha256, last),
      below: bodyOf(last),
      secrets: world.secrets,
      adminSeed: world.adminSeed,
    },
    signer.identity,
    { kind, state, at: 2, people: people.filter((person) => person !== undefined), newcomers },
    platformRandom,
  );
  return { entry, boxes, state };
}
/** The same, taken: what it gives is current from then on. */
export async function take(world: World, made: Awaited<ReturnType<typeof put>>, isCounted = true) {
  const body = bodyOf(made.entry);
  world.entries.push(made.entry);
  world.boxes.set(body.epoch, made.boxes);
  if (!isCounted) return;
  world.state = made.state;
  for (const [index, { user, role }] of made.state.members.entries()) {
    if (role !== roles.admin) continue;
    const admin = everyone.find(({ person }) => equalBytes(person.user, user));
    const box = admin && made.boxes[index] && (await openChatBox(body, made.boxes[index], admin.identity));
    if (!box || typeof box === 'string' || !box.adminSeed) throw new Error('an admin without the seed');
    world.secrets = box.secrets;
    world.adminSeed = box.adminSeed;
  }
}

export async function boxOf(world: World, epoch: number, index: number, who: Someone) {
  const box = world.boxes.get(epoch)?.[index];
  for (const entry of world.entries.toReversed()) {
    const body = bodyOf(entry);
    const opened = box && body.epoch === epoch && (await openChatBox(body, box, who.identity));
    if (opened && typeof opened !== 'string') return opened;
  }
  return undefined;
}
/** Reads as a device does: with the keys at hand, and with the boxes that the ledger says are its owner's. */
export async function readAs(
  world: World,
  who: Someone,
  start: { epoch: number; index: number },
): Promise<ChatLedger> {
  const secrets = new Map<number, EpochSecret>();
  let box: { epoch: number; index: number } | undefined = start;
  for (;;) {
    const opened = box && (await boxOf(world, box.epoch, box.index, who));
    if (opened) secrets.set(opened.secrets.epoch, opened.secrets.epochSecret);
    const read = await readChatLedger({ ...world, secrets, personOf });
    if (!read.ok) throw new Error(read.error);
    const ledger = read.value;
    const index = ledger.members.findIndex(({ person }) => equalBytes(person.user, who.person.user));
    const epoch = ledger.epochNeeded ?? (ledger.secrets.has(ledger.epoch) ? undefined : ledger.epoch);
    if (epoch === undefined || index === -1 || (box?.epoch === epoch && box.index === index)) return ledger;
    box = { epoch, index };
  }
}
/** What everyone must see alike. */
export const told = ({ state, epoch, members, former, events, skipped, head }: ChatLedger) => {
  const people = (list: ChatLedger['members']) =>
    list.map(({ person, role, spans }) => ({ user: idToText(person.user), role, spans }));
  return { state, epoch, events, skipped, head, members: people(members), former: people(former) };
};
