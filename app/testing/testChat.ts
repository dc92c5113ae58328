// A chat's keys and people as its documents see them, without ledgers and without a relay.
import { documentIdOf, deriveEpochKeys, authorTagOf } from '../crypto/keyTree.ts';
import type { EpochSecret, RootSecret } from '../crypto/keyTree.ts';
import { sha256 } from '../crypto/hash.ts';
import { generateDeviceSigner } from '../crypto/sign.ts';
import type { Author, ChatContext } from '../doc/chatContext.ts';
import { idToText, type ChatId, type LedgerHead, type UserId } from '../../shared/protocol/ids.ts';
import { deviceIdOf } from '../../shared/protocol/userLedger.ts';
import { createChance } from './harbour/chance.ts';

/** The same chat, as each of `count` people has it. */
export async function createTestChat(count: number, seed = 'test chat', chatSeed = seed) {
  const chance = createChance(seed);
  const chat = createChance(`${chatSeed}/chat`).bytes(32) as ChatId;
  const root = chance.bytes(32) as RootSecret;
  const keys = deriveEpochKeys(chance.bytes(32) as EpochSecret, 1, root);
  const head = chance.bytes(16) as LedgerHead;
  const people = await Promise.all(
    Array.from({ length: count }, async () => {
      const { signer } = await generateDeviceSigner();
      const user = chance.bytes(32) as UserId;
      return { user, device: deviceIdOf(sha256, signer.publicKey), deviceKey: signer.publicKey, signer };
    }),
  );
  const tagOf = (device: Author['device']) => authorTagOf(root, device);
  const byDevice = new Map<string, Author>(people.map((person) => [idToText(person.device), person]));
  const byTag = new Map<string, Author>(people.map((person) => [idToText(tagOf(person.device)), person]));
  const contexts = people.map((self): ChatContext => ({
    chat,
    self,
    currentKeys: () => keys,
    keysOf: (epoch) => (epoch === keys.epoch ? [keys] : []),
    ledgerHead: () => head,
    tagOf,
    readerCount: () => people.length,
    isAdmin: () => false,
    authorByTag: (tag) => byTag.get(idToText(tag)),
    authorByDevice: (device) => byDevice.get(idToText(device)),
    wasMember: (device) => byDevice.has(idToText(device)),
    knows: () => true,
    learn: () => Promise.resolve(true),
    patience: {},
  }));
  /** The nth; throws where there are fewer. */
  const contextOf = (index: number): ChatContext => {
    const context = contexts[index];
    if (!context) throw new RangeError(`a test chat of ${count}`);
    return context;
  };
  return { contextOf, chance, document: documentIdOf(root, 'segment/0'), meta: documentIdOf(root, 'meta') };
}

/** Every way to change one byte, at most `most` of them, spread over the whole. */
export function* tamperings(bytes: Uint8Array, most = 64): Generator<Uint8Array<ArrayBuffer>> {
  const stride = Math.max(1, Math.floor(bytes.length / most));
  for (let at = 0; at < bytes.length; at += stride) {
    const changed = new Uint8Array(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    yield changed;
  }
}
