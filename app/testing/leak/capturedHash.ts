// Stands in for `app/crypto/hash.ts` in test builds: the same hashes; every key that comes out of HKDF is told to the
// test, and so is the shared secret of a box.
import * as real from '../../crypto/hash.ts';
import { tellCaptured } from './capture.ts';

export const { sha256, hmacSha256 } = real;

/** Of these, only the key is secret: what follows it is the commitment in an entry's header. */
const entryKeyBytes = 32;

export const hkdfSha256: typeof real.hkdfSha256 = (secret, label, length, salt) => {
  const bytes = real.hkdfSha256(secret, label, length, salt);
  if (label === 'convo/box/1') tellCaptured({ source: 'derived', label: 'shared secret', bytes: secret });
  tellCaptured({ source: 'derived', label, bytes });
  return bytes;
};

export const expandSha256: typeof real.expandSha256 = (key, info, length) => {
  const bytes = real.expandSha256(key, info, length);
  tellCaptured({ source: 'derived', label: "an entry's own key", bytes: bytes.subarray(0, entryKeyBytes) });
  return bytes;
};
