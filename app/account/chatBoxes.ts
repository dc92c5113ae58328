// The boxes of an epoch: its secrets, sealed to each member's per-user key, and opened again. A box is a claim; it counts
// only when its secrets are those that the ledger commits to.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { blob, decode, encode, literal, struct, varint } from '../../shared/codec/codec.ts';
import type { ChatEntryBody } from '../../shared/protocol/chatLedger.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { openBox, sealToBox, type BoxSeed } from '../crypto/box.ts';
import {
  deriveEpochKeys,
  epochSecret,
  rootSecret,
  type EpochKeys,
  type EpochSecret,
  type RootSecret,
  type SigningSeed,
} from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import { signerFromSeed } from '../crypto/sign.ts';
import type { Person } from './userLedgers.ts';

/** What each member's box holds; the admin seed is empty for those who are not. */
const boxContent = struct({
  version: literal(1),
  epoch: varint,
  epochSecret,
  rootSecret,
  adminSeed: blob<SigningSeed>(32),
});

export interface ChatSecrets {
  readonly epoch: number;
  readonly epochSecret: EpochSecret;
  readonly rootSecret: RootSecret;
}
/** The relay keeps this little of an entry's keys beside it: what each proves with. */
export const capabilityKeysOf = async (keys: EpochKeys) => ({
  readKey: (await signerFromSeed(keys.readCapabilitySeed)).publicKey,
  postKey: (await signerFromSeed(keys.postCapabilitySeed)).publicKey,
  epochCommitment: keys.commitment,
});

const boxPlace = (nonce: Bytes, epoch: number, user: UserId) =>
  concatBytes(textToBytes('convo/box/1'), nonce, encode(varint, epoch), user);

/** One box for each of these people, in their order. @param nonce the entry's that gives the boxes. */
export const sealChatBoxes = (
  people: readonly { readonly person: Pick<Person, 'user' | 'userBoxKey'>; readonly isAdmin: boolean }[],
  secrets: ChatSecrets,
  adminSeed: SigningSeed,
  nonce: Bytes,
  random: Random,
): readonly Bytes[] =>
  people.map(({ person, isAdmin }) =>
    sealToBox(
      person.userBoxKey,
      encode(boxContent, {
        version: 1,
        ...secrets,
        adminSeed: isAdmin ? adminSeed : (new Uint8Array(0) as Bytes as SigningSeed),
      }),
      boxPlace(nonce, secrets.epoch, person.user),
      random,
    ),
  );

export interface OpenedBox {
  readonly secrets: ChatSecrets;
  readonly keys: EpochKeys;
  /** Undefined where the box has none, or one that is not the entry's. */
  readonly adminSeed: SigningSeed | undefined;
}
/** Opens one's own box of the epoch to which this entry belongs; with secrets that it does not commit to it is none. */
export async function openChatBox(
  outside: Omit<ChatEntryBody, 'sealed'>,
  box: Uint8Array,
  self: { readonly user: UserId; readonly userBoxSeed: BoxSeed },
): Promise<OpenedBox | 'not-mine' | 'wrong-secrets'> {
  const opened = openBox(self.userBoxSeed, box, boxPlace(outside.nonce, outside.epoch, self.user));
  const content = opened && decode(boxContent, opened);
  if (!content) return 'not-mine';
  const { epoch, adminSeed, ...secrets } = content;
  const keys = deriveEpochKeys(secrets.epochSecret, epoch, secrets.rootSecret);
  const isCommitted = epoch === outside.epoch && equalBytes(keys.commitment, outside.epochCommitment);
  if (!isCommitted) return 'wrong-secrets';
  const isAdmins =
    adminSeed.length === 32 && equalBytes((await signerFromSeed(adminSeed)).publicKey, outside.adminKey);
  return {
    secrets: { epoch, epochSecret: secrets.epochSecret, rootSecret: secrets.rootSecret },
    keys,
    adminSeed: isAdmins ? adminSeed : undefined,
  };
}
