// The relay's own Ed25519 key. It lies in `relay.key`, outside the database, so that a relay that lost its database can
// know its people again. The secret half never leaves this room.
import { createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';

export interface RelayKey {
  readonly publicKey: SigningPublicKey;
  sign(statement: Uint8Array): Signature;
  /** 32 bytes that only the holder of the key can make; `purpose` keeps uses apart. */
  derive(purpose: string, input: Uint8Array): Bytes;
}

/** RFC 8410 section 7: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const firstLine = 'convo relay key, version 1: keep it secret, and keep a copy';

/**
 * Reads the key, or makes and stores one, unless `isKnown`: there are people who know this relay by the key that is gone.
 * Throws what the file system throws, and on a file that holds no key.
 */
export function loadRelayKey(
  path: string,
  random: (length: number) => Bytes,
  isKnown: boolean,
): { key: RelayKey; isNew: boolean } {
  const stored = readStored(path);
  if (stored) return { key: createRelayKey(stored), isNew: false };
  if (isKnown) throw new MissingKeyFile();
  const seed = random(32);
  store(path, `${firstLine}\n${bytesToBase64url(seed)}\n`);
  return { key: createRelayKey(seed), isNew: true };
}

export class BadKeyFile extends Error {}
export class MissingKeyFile extends Error {}

function readStored(path: string): Bytes | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const [line, seedText = ''] = text.split('\n');
  const seed = line === firstLine ? parseBase64url(seedText.trim()) : undefined;
  if (seed?.length !== 32) throw new BadKeyFile();
  return seed;
}

function store(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function createRelayKey(seed: Bytes): RelayKey {
  const secret = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: publicKeyOf(secret),
    sign: (statement) => new Uint8Array(sign(null, statement, secret)) as Bytes as Signature,
    derive: (purpose, input) =>
      new Uint8Array(
        createHmac('sha256', seed)
          .update(concatBytes(textToBytes(`convo/${purpose}/1`), input))
          .digest(),
      ),
  };
}

function publicKeyOf(secret: KeyObject): SigningPublicKey {
  const der = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(-32)) as Bytes as SigningPublicKey;
}
