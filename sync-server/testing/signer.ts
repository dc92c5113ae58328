// Signing keys for tests and load, by the platform. Random bytes stand in for whatever the relay can't read anyway.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';

export interface TestSigner {
  readonly publicKey: SigningPublicKey;
  readonly seed: Bytes;
  sign(statement: Uint8Array): Signature;
}

const copy = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

function createSigner(secret: KeyObject): TestSigner {
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const pkcs8 = secret.export({ format: 'der', type: 'pkcs8' });
  return {
    publicKey: copy(spki.subarray(-32)) as Bytes as SigningPublicKey,
    seed: copy(pkcs8.subarray(-32)),
    sign: (statement) => copy(sign(null, statement, secret)) as Bytes as Signature,
  };
}

export const newSigner = (): TestSigner => createSigner(generateKeyPairSync('ed25519').privateKey);

/** A key that went to another process as its seed. */
export const signerOf = (seed: Uint8Array): TestSigner =>
  createSigner(
    createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    }),
  );

export const randomBytes = (length: number): Bytes => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};
