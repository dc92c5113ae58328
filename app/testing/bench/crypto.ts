// What sealing costs on this machine, per call. The peer of a signature is none: the platform makes it.
import {
  noEntryHash,
  type DocumentId,
  type SessionId,
  type AuthorTag,
  type LedgerHead,
} from '../../../shared/protocol/ids.ts';
import { entryKinds, parseEntry } from '../../../shared/protocol/entry.ts';
import { generateBoxKeys, openBox, sealToBox } from '../../crypto/box.ts';
import { openEntry, sealEntry } from '../../crypto/envelope.ts';
import { deriveEpochKeys, generateSecret, type EpochSecret, type RootSecret } from '../../crypto/keyTree.ts';
import { platformRandom } from '../../crypto/random.ts';
import { generateDeviceSigner, verifySignature } from '../../crypto/sign.ts';
import { soloFigure, type Figure, type FigureGroup } from './figure.ts';

const rounds = 9;
const message = platformRandom(300);
const nothing = new Uint8Array(0);

/** Microseconds of one call, the median of rounds of `calls` each. */
async function time(metric: string, calls: number, call: () => unknown): Promise<Figure> {
  const values: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await call();
    // The first round warms up.
    if (round > 0) values.push(((performance.now() - start) * 1000) / calls);
  }
  return soloFigure(metric, 'µs', values);
}

export const cryptoFigures: FigureGroup = {
  metrics: [
    'crypto.seal',
    'crypto.open',
    'crypto.sign',
    'crypto.verify',
    'crypto.box_seal',
    'crypto.box_open',
  ],
  async measure() {
    const document = platformRandom(16) as DocumentId;
    const root = generateSecret<RootSecret>(platformRandom);
    const { entryKey } = deriveEpochKeys(generateSecret<EpochSecret>(platformRandom), 1, root);
    const header = {
      version: 1,
      kind: entryKinds.segment,
      epoch: 1,
      ledgerHead: platformRandom(16) as LedgerHead,
      author: platformRandom(16) as AuthorTag,
      session: platformRandom(8) as SessionId,
      sequence: 1,
      previous: noEntryHash,
    } as const;
    const seal = () => sealEntry(entryKey, document, header, message, platformRandom);
    const sealed = parseEntry(seal());
    const { signer } = await generateDeviceSigner();
    const signature = await signer.sign(message);
    const box = generateBoxKeys(platformRandom);
    const boxed = sealToBox(box.publicKey, message, nothing, platformRandom);
    return [
      await time('crypto.seal', 500, seal),
      await time('crypto.open', 500, () => sealed && openEntry(entryKey, document, sealed)),
      await time('crypto.sign', 300, () => signer.sign(message)),
      await time('crypto.verify', 300, () => verifySignature(signer.publicKey, message, signature)),
      await time('crypto.box_seal', 30, () => sealToBox(box.publicKey, message, nothing, platformRandom)),
      await time('crypto.box_open', 30, () => openBox(box.seed, boxed, nothing)),
    ];
  },
};
