// What stands in a chat's meta document: for each device a signed mark (how far its owner got) and a signed profile.
// The document only carries them; a value counts when its signature and device are right, and never goes backwards.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  blob,
  decode,
  encode,
  list,
  literal,
  struct,
  text,
  varint,
  type Codec,
  type ValueOf,
} from '../../shared/codec/codec.ts';
import { deviceId, signature } from '../../shared/protocol/ids.ts';
import {
  maxLeftEpochs,
  maxLeftPeople,
  maxLedgerEntryBytes,
  maxNameBytes,
} from '../../shared/protocol/limits.ts';
import { epochSecret } from '../crypto/keyTree.ts';
import { verifySignature } from '../crypto/sign.ts';
import type { Author, ChatContext } from './chatContext.ts';

/** Per author device: the highest record number without a gap below it. */
const vector = list(struct({ device: deviceId, sequence: varint }), 4096);
export const mark = struct({
  version: literal(1),
  device: deviceId,
  delivered: vector,
  read: vector,
  at: varint,
});
export type Mark = ValueOf<typeof mark>;
export const profile = struct({
  version: literal(1),
  device: deviceId,
  name: text(maxNameBytes),
  at: varint,
});
export type Profile = ValueOf<typeof profile>;
/** Epochs of branches of the ledger that were left (SPEC L17): records of theirs open under these secrets. */
export const leftEpochs = struct({
  version: literal(1),
  device: deviceId,
  epochs: list(struct({ epoch: varint, secret: epochSecret }), maxLeftEpochs),
  /** First entries of the user ledgers of those who were members in none but these. */
  people: list(blob(maxLedgerEntryBytes), maxLeftPeople),
  at: varint,
});
export type LeftEpochs = ValueOf<typeof leftEpochs>;

const statement = (context: ChatContext, label: string, value: Bytes) =>
  concatBytes(textToBytes(label), context.chat, value);

export interface Claim<T> {
  readonly value: T;
  readonly author: Author;
}
export interface SignedValue<T> {
  claim(context: ChatContext, bytes: Uint8Array): Claim<T> | undefined;
  open(context: ChatContext, bytes: Uint8Array): Promise<Claim<T> | undefined>;
}

/** One kind of signed value: how it is sealed into the document and read out of it. */
function createSigned<T extends { readonly device: Author['device'] }>(label: string, codec: Codec<T>) {
  const form = struct({ value: codec, signature });
  return {
    /** The value without its signature checked: for what this device wrote itself. */
    read: (bytes: Uint8Array | undefined): T | undefined => bytes && decode(form, bytes)?.value,
    async sign(context: ChatContext, value: T): Promise<Bytes> {
      const signed = await context.self.signer.sign(statement(context, label, encode(codec, value)));
      return encode(form, { value, signature: signed });
    },
    /** Whose it says it is; its signature is not checked. */
    claim(context: ChatContext, bytes: Uint8Array): Claim<T> | undefined {
      const value = decode(form, bytes)?.value;
      const author = value && context.authorByDevice(value.device);
      return author && { value, author };
    },
    async open(context: ChatContext, bytes: Uint8Array): Promise<Claim<T> | undefined> {
      const parsed = decode(form, bytes);
      const author = parsed && context.authorByDevice(parsed.value.device);
      if (!author) return undefined;
      const said = statement(context, label, encode(codec, parsed.value));
      return (await verifySignature(author.deviceKey, said, parsed.signature))
        ? { value: parsed.value, author }
        : undefined;
    },
  };
}
export const signedMark = createSigned('convo/mark/1', mark);
export const signedProfile = createSigned('convo/profile/1', profile);
export const signedLeftEpochs = createSigned('convo/left-epochs/1', leftEpochs);
