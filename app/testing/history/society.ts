// The account and everyone it writes with: real identities and device keys, and chats begun among them as the app begins
// one. What the relay would know of them is left out: the history is read without it.
import { bytesToBase64url } from '../../../shared/codec/base64url.ts';
import { idToText, type EntryHash32, type UserId } from '../../../shared/protocol/ids.ts';
import { deviceIdOf } from '../../../shared/protocol/userLedger.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { createChatGenesis } from '../../account/chatGenesis.ts';
import type { ChatKind } from '../../account/chatState.ts';
import { createIdentity, type Identity } from '../../account/identity.ts';
import { newStoredChat } from '../../account/storedChats.ts';
import { readUserLedger, type Person } from '../../account/userLedgers.ts';
import { projectionVersion } from '../../chat/projection.ts';
import { generateBoxKeys } from '../../crypto/box.ts';
import { sha256 } from '../../crypto/hash.ts';
import { platformRandom as random } from '../../crypto/random.ts';
import { generateDeviceSigner, type Signer } from '../../crypto/sign.ts';
import type { StoredChat } from '../../storage/models.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Chance } from '../harbour/chance.ts';
import { firstNames } from './prose.ts';

export interface Someone extends Person {
  readonly name: string;
  readonly signer: Signer;
}
export interface Society {
  readonly identity: Identity;
  readonly self: Someone;
  readonly others: readonly Someone[];
}

/** Keeps the account on this device, signed in at a relay that is never reached. */
export async function createSociety(storage: Storage, count: number): Promise<Society> {
  const identity = await createIdentity(storage, random);
  const person = await readUserLedger(identity.user, [identity.genesis]);
  if (!person) throw new Error('the identity does not verify');
  const name = 'Ada';
  await storage
    .batch()
    .putSetting('profile', { name })
    // Its rows are today's, and none of them is to be made again.
    .putSetting('projection', { version: projectionVersion, left: [] })
    .putSetting('account', {
      relayKey: bytesToBase64url((await generateDeviceSigner()).signer.publicKey),
      handle: 'ada',
      isAdministrator: false,
      certificate: bytesToBase64url(random(128)),
    })
    .commit();
  const others = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Someone> => {
      const { signer } = await generateDeviceSigner();
      return {
        user: random(32) as UserId,
        device: deviceIdOf(sha256, signer.publicKey),
        deviceKey: signer.publicKey,
        userBoxKey: generateBoxKeys(random).publicKey,
        head: random(32) as EntryHash32,
        name: `${firstNames[index % firstNames.length] ?? ''} ${Math.floor(index / firstNames.length) + 1}`,
        signer,
      };
    }),
  );
  return { identity, self: { ...person, name, signer: identity.signer }, others };
}

/** One chat with oneself, two of three with one other person, the rest groups of 3 to 12. */
function peopleOf({ self, others }: Society, index: number, chance: Chance): readonly Someone[] {
  if (index === 1) return [self];
  if (index % 3 !== 2) return [self, ...others.slice(index, index + 1)];
  const from = chance.whole(0, Math.max(0, others.length - 2));
  return [self, ...others.slice(from, from + chance.whole(2, 11))];
}

export interface BegunChat {
  readonly chat: StoredChat;
  readonly people: readonly Someone[];
  /** The chat as each of them has it, in their order. */
  readonly accesses: readonly ReturnType<typeof openChatAccess>[];
}

export async function beginChat(
  society: Society,
  index: number,
  createdAt: number,
  chance: Chance,
): Promise<BegunChat> {
  const people = peopleOf(society, index, chance);
  const kind: ChatKind = people.length === 1 ? 'notes' : people.length === 2 ? 'direct' : 'group';
  const title = kind === 'group' ? `Group ${index}` : '';
  const [, ...others] = people;
  const opened = await createChatGenesis(society.self, others, { kind, title, createdAt }, random);
  const names = Object.fromEntries(
    people.map(({ user, name }) => [idToText(user), { name, at: createdAt }] as const),
  );
  const chat = newStoredChat(opened, people, names);
  const accesses = people.map(({ user, device, signer }) =>
    openChatAccess(chat, { ...society.identity, user, device, signer }),
  );
  return { chat, people, accesses };
}
