// WebCrypto that answers within the turn: the same OpenSSL through Node's synchronous calls. A run then uses one thread,
// and the order of its events follows from its seed instead of from a pool of threads. Tests of many clients only.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  KeyObject,
  randomBytes,
  randomFillSync,
  sign,
  verify,
  type webcrypto,
} from 'node:crypto';
import { concatBytes } from '../../../shared/codec/bytes.ts';

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const tagBytes = 16;

const bytesOf = (source: BufferSource): Uint8Array =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** What was worked out lately, by what it follows from; the oldest goes first. */
function createMemory<T>(most: number) {
  const kept = new Map<string, T>();
  return (of: string, make: () => T): T => {
    const known = kept.get(of);
    if (known !== undefined) return known;
    const made = make();
    kept.set(of, made);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return made;
  };
}
const textOf = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

// Keys are made extractable, because Node gives only such ones to its synchronous calls without complaint.
const privateKeyOf = (pkcs8: Buffer): webcrypto.CryptoKey =>
  createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).toCryptoKey('Ed25519', true, ['sign']);

function publicKeyOf(raw: Uint8Array): webcrypto.CryptoKey {
  try {
    const x = Buffer.from(raw).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return key.toCryptoKey('Ed25519', true, ['verify']);
  } catch {
    throw new DOMException('not a key', 'DataError');
  }
}

type Random = (length: number) => Uint8Array;

/**
 * Everybody imports the same keys and looks at the same signatures: what OpenSSL has said to the very same bytes, it need not
 * say again.
 */
function createQuickSubtle(random: Random, onVerify: () => void) {
  const importedKey = createMemory<webcrypto.CryptoKey>(1000);
  const verdictOn = createMemory<boolean>(10_000);
  const objectByKey = new WeakMap<webcrypto.CryptoKey, { readonly object: KeyObject; readonly n: number }>();
  let keys = 0;
  /** Node makes another object of the same key at every asking. */
  function known(key: webcrypto.CryptoKey) {
    const one = objectByKey.get(key) ?? { object: KeyObject.from(key), n: keys++ };
    objectByKey.set(key, one);
    return one;
  }
  const objectOf = (key: webcrypto.CryptoKey) => known(key).object;
  return {
    async generateKey(algorithm: AlgorithmIdentifier) {
      const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
      if (name === 'AES-GCM') {
        return createSecretKey(Buffer.from(random(32))).toCryptoKey('AES-GCM', true, ['encrypt', 'decrypt']);
      }
      const privateKey = privateKeyOf(Buffer.concat([pkcs8Prefix, random(32)]));
      const publicKey = createPublicKey(KeyObject.from(privateKey).export({ format: 'pem', type: 'pkcs8' }));
      return { privateKey, publicKey: publicKey.toCryptoKey('Ed25519', true, ['verify']) };
    },
    async importKey(format: string, data: BufferSource) {
      const bytes = bytesOf(data);
      return importedKey(`${format} ${textOf(bytes)}`, () =>
        format === 'raw' ? publicKeyOf(bytes) : privateKeyOf(Buffer.from(bytes)),
      );
    },
    async exportKey(format: string, key: webcrypto.CryptoKey) {
      const jwk = objectOf(key).export({ format: 'jwk' });
      return format === 'raw' ? bufferOf(Buffer.from(jwk.x ?? '', 'base64url')) : jwk;
    },
    async sign(_algorithm: unknown, key: webcrypto.CryptoKey, message: BufferSource) {
      return bufferOf(sign(null, bytesOf(message), objectOf(key)));
    },
    async verify(
      _algorithm: unknown,
      key: webcrypto.CryptoKey,
      signature: BufferSource,
      message: BufferSource,
    ) {
      onVerify();
      const [said, signed] = [bytesOf(message), bytesOf(signature)];
      const { object, n } = known(key);
      return verdictOn(`${n} ${textOf(signed)} ${hash('sha256', said)}`, () =>
        verify(null, said, object, signed),
      );
    },
    async encrypt(algorithm: AesGcmParams, key: webcrypto.CryptoKey, plaintext: BufferSource) {
      const cipher = createCipheriv('aes-256-gcm', objectOf(key), bytesOf(algorithm.iv));
      if (algorithm.additionalData) cipher.setAAD(bytesOf(algorithm.additionalData));
      return bufferOf(
        concatBytes(cipher.update(bytesOf(plaintext)), cipher.final(), new Uint8Array(cipher.getAuthTag())),
      );
    },
    async decrypt(algorithm: AesGcmParams, key: webcrypto.CryptoKey, sealed: BufferSource) {
      const bytes = bytesOf(sealed);
      const cipher = createDecipheriv('aes-256-gcm', objectOf(key), bytesOf(algorithm.iv));
      if (algorithm.additionalData) cipher.setAAD(bytesOf(algorithm.additionalData));
      cipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      try {
        const plaintext = cipher.update(bytes.subarray(0, bytes.length - tagBytes));
        return bufferOf(concatBytes(plaintext, cipher.final()));
      } catch {
        throw new DOMException('wrong tag', 'OperationError');
      }
    },
  };
}

const poolBytes = 32_768;
/** Chance by the pool: each asking costs the platform more than the bytes. */
function createQuickRandom() {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return <T extends ArrayBufferView>(into: T): T => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    if (bytes.length > poolBytes) return randomFillSync(into as T & NodeJS.ArrayBufferView);
    if (used + bytes.length > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    used += bytes.length;
    return into;
  };
}

/**
 * Puts it in the platform's place in this process, until the returned function is called.
 * @param random makes the keys; seeded, the same devices come of the same seed.
 * @param onVerify hears of each signature that is verified.
 */
export function installQuickCrypto(
  random: Random = randomBytes,
  onVerify: () => void = () => {},
): () => void {
  const quick = { subtle: createQuickSubtle(random, onVerify), getRandomValues: createQuickRandom() };
  for (const [name, value] of Object.entries(quick)) {
    Object.defineProperty(globalThis.crypto, name, { value, configurable: true });
  }
  return () => {
    for (const name of Object.keys(quick)) Reflect.deleteProperty(globalThis.crypto, name);
  };
}
