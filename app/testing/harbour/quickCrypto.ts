// WebCrypto that answers within the turn: the same OpenSSL through Node's synchronous calls. A run then uses one thread,
// and the order of its events follows from its seed instead of from a pool of threads. Tests of many clients only.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  randomBytes,
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

const createQuickSubtle = (random: Random, onVerify: () => void) => ({
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
    return format === 'raw' ? publicKeyOf(bytesOf(data)) : privateKeyOf(Buffer.from(bytesOf(data)));
  },
  async exportKey(format: string, key: webcrypto.CryptoKey) {
    const jwk = KeyObject.from(key).export({ format: 'jwk' });
    return format === 'raw' ? bufferOf(Buffer.from(jwk.x ?? '', 'base64url')) : jwk;
  },
  async sign(_algorithm: unknown, key: webcrypto.CryptoKey, message: BufferSource) {
    return bufferOf(sign(null, bytesOf(message), KeyObject.from(key)));
  },
  async verify(
    _algorithm: unknown,
    key: webcrypto.CryptoKey,
    signature: BufferSource,
    message: BufferSource,
  ) {
    onVerify();
    return verify(null, bytesOf(message), KeyObject.from(key), bytesOf(signature));
  },
  async encrypt(algorithm: AesGcmParams, key: webcrypto.CryptoKey, plaintext: BufferSource) {
    const cipher = createCipheriv('aes-256-gcm', KeyObject.from(key), bytesOf(algorithm.iv));
    if (algorithm.additionalData) cipher.setAAD(bytesOf(algorithm.additionalData));
    return bufferOf(
      concatBytes(cipher.update(bytesOf(plaintext)), cipher.final(), new Uint8Array(cipher.getAuthTag())),
    );
  },
  async decrypt(algorithm: AesGcmParams, key: webcrypto.CryptoKey, sealed: BufferSource) {
    const bytes = bytesOf(sealed);
    const cipher = createDecipheriv('aes-256-gcm', KeyObject.from(key), bytesOf(algorithm.iv));
    if (algorithm.additionalData) cipher.setAAD(bytesOf(algorithm.additionalData));
    cipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      const plaintext = cipher.update(bytes.subarray(0, bytes.length - tagBytes));
      return bufferOf(concatBytes(plaintext, cipher.final()));
    } catch {
      throw new DOMException('wrong tag', 'OperationError');
    }
  },
});

/**
 * Puts it in the platform's place in this process, until the returned function is called.
 * @param random makes the keys; seeded, the same devices come of the same seed.
 * @param onVerify hears of each signature that is verified.
 */
export function installQuickCrypto(
  random: Random = randomBytes,
  onVerify: () => void = () => {},
): () => void {
  Object.defineProperty(globalThis.crypto, 'subtle', {
    value: createQuickSubtle(random, onVerify),
    configurable: true,
  });
  return () => void Reflect.deleteProperty(globalThis.crypto, 'subtle');
}
