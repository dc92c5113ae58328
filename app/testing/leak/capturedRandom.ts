// Stands in for `app/crypto/random.ts` in test builds: the same chance, told to the test with who drew it.
import { platformRandom as drawFromPlatform, type Random } from '../../crypto/random.ts';
import { tellCaptured } from './capture.ts';

export type { Random };

/** Nothing shorter is a secret: session ids (8), nonces of rows at rest (12), the chance in a record's id (12), jitter (2). */
const minSecretBytes = 16;

/** Names of the functions that led here, the nearest first. Test builds are not minified. */
function callers(): string {
  const lines = (new Error('who draws').stack ?? '').split('\n').slice(3, 7);
  const names = lines.map((line) => /at (?:async )?([\w$.]+) \(/.exec(line)?.[1] ?? '');
  return names
    .map((name) => name.replace(/^Object\./, '').replace(/\$\d+$/, ''))
    .filter((name) => name !== '')
    .join(' < ');
}

export const platformRandom: Random = (length) => {
  const bytes = drawFromPlatform(length);
  if (length >= minSecretBytes) tellCaptured({ source: 'draw', label: callers(), bytes });
  return bytes;
};
