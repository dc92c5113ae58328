import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { DeviceId } from '../../shared/protocol/ids.ts';
import {
  authorTagOf,
  deriveEpochKeys,
  deriveInvitationKeys,
  documentIdOf,
  generateSecret,
  type EpochSecret,
  type InvitationSecret,
  type RootSecret,
} from './keyTree.ts';
import { platformRandom } from './random.ts';
import { counting, hex, spoiled } from './vectors.ts';

const secret = counting(32) as EpochSecret;
const root = counting(32, 0x80) as RootSecret;
const device = counting(16, 0x40) as DeviceId;

/** Every derived value by name, in hex. */
function derived(epochSecret: EpochSecret, epoch: number, root: RootSecret): Record<string, string> {
  const { epoch: named, ...keys } = deriveEpochKeys(epochSecret, epoch, root);
  expect(named).toBe(epoch);
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, hex(key)]));
}

test('[K3] the keys of an epoch are pinned', () => {
  expect(derived(secret, 7, root)).toEqual({
    entryKey: '7fab95d26cd1804261f2f8320e7dee122e73b07ddf19aca49a12c96bfff9129b',
    recordKey: '604ebd03b82c833f9cf6d65d27e4806d6b045cdaf501a40fcea1775561826f53',
    ledgerKey: '421f20a2671331d53d607830aa75d32311a8987ecaaabe69eecd4eeca364ec52',
    signalKey: '20cfb55f5e864634630ac13c4c3600c416273fb0f85e13a365dc433414208b92',
    readCapabilitySeed: 'ed45541022b1aa9cef855006dd2d2d37064fff2f1c24f8e3d64e0aa4ca71d14f',
    postCapabilitySeed: '5fcfac944dbdeadb5000defbca94361397fc1946c4f0304c6b64158b8516489d',
    commitment: 'cad7b0c443eedd9753c1028996f6cb68cd14424809342d456f0b9c2c6fc3e080',
  });
});

test('[K3] every key of every epoch differs from every other', () => {
  const all = [0, 1, 2, 11].flatMap((epoch) => Object.values(derived(secret, epoch, root)));
  expect(new Set(all).size).toBe(4 * 7);
});

/** The secret with one byte changed, once for each place. */
const changedIn = <S extends EpochSecret | RootSecret>(secret: S): S[] =>
  [...spoiled(secret)].filter((changed) => changed.length === 32).map((changed) => changed as Bytes as S);

test('[K3] changing a byte of either secret, or swapping them, changes every key and the commitment', () => {
  const before = derived(secret, 7, root);
  const after = [
    ...changedIn(secret).map((changed) => derived(changed, 7, root)),
    ...changedIn(root).map((changed) => derived(secret, 7, changed)),
    derived(root as Bytes as EpochSecret, 7, secret as Bytes as RootSecret),
  ];
  expect(after.length).toBe(65);
  for (const keys of after) {
    for (const [name, key] of Object.entries(keys)) expect(key).not.toBe(before[name]);
  }
});

test('[K3] a secret of another length, or no epoch, is a bug and throws', () => {
  expect(() => deriveEpochKeys(counting(31) as EpochSecret, 1, root)).toThrow(RangeError);
  expect(() => deriveEpochKeys(secret, 1, counting(33) as RootSecret)).toThrow(RangeError);
  expect(() => deriveEpochKeys(secret, -1, root)).toThrow(RangeError);
  expect(() => deriveEpochKeys(secret, 0.5, root)).toThrow(RangeError);
});

test('[K4] document ids and author tags are pinned, 16 bytes, and depend on the root', () => {
  expect(hex(documentIdOf(root, 'meta'))).toBe('dafd48cd9e0c39818b30ea3153f0aa15');
  expect(hex(documentIdOf(root, 'segment/0'))).toBe('3cda59300fc5bb2c1fdeeb8e62d36c5c');
  expect(hex(authorTagOf(root, device))).toBe('19894fdb8839e7b9e997b491f62ebc9c');
  const other = counting(32, 0x81) as RootSecret;
  expect(documentIdOf(other, 'meta')).not.toEqual(documentIdOf(root, 'meta'));
  expect(authorTagOf(other, device)).not.toEqual(authorTagOf(root, device));
});

test('[K4] two labels never name one document', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      fc.pre(a !== b);
      expect(documentIdOf(root, a)).not.toEqual(documentIdOf(root, b));
    }),
  );
});

test('[K6] the keys of an invitation are pinned, and unlike each other', () => {
  const { signingSeed, bundleKey } = deriveInvitationKeys(counting(32, 5) as InvitationSecret);
  expect(hex(signingSeed)).toBe('ce746181d5983a1abd38cbb7413de87fbd37474261bb93150e27b5a0d5509db7');
  expect(hex(bundleKey)).toBe('89cc95023d1b6c08352415bbcdd08e33e50f009a0bba7608d44a3eb44ee96f92');
});

test('[K3] a generated secret is 32 bytes of chance', () => {
  const secrets = Array.from({ length: 20 }, () => generateSecret<EpochSecret>(platformRandom));
  expect(secrets.every((s) => s.length === 32)).toBe(true);
  expect(new Set(secrets.map(hex)).size).toBe(20);
});
