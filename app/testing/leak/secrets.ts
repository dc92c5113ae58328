// Which of the captured bytes are secret, and what to call them. Everything is secret, but the few draws and derivations
// that are made to be public: what this list does not know counts as a secret, and the test says so if it is none.
import type { Captured } from './capture.ts';
import { secretNeedle, type Needle } from './needles.ts';

/** Nearest caller and length of draws that are public. */
const publicDraws: readonly { readonly caller: string; readonly length: number }[] = [
  // Nonces stand before what they seal.
  { caller: 'sealBytes', length: 24 },
  { caller: 'sealEntry', length: 24 },
  // A chat's own nonce makes its id; its secrets are drawn by `generateSecret`.
  { caller: 'createChatGenesis', length: 16 },
];
/** Derived, and in the ledger for all to see (SPEC K3). */
const publicDerivation = /^convo\/epoch\/1\/\d+\/commitment$/;

/** Draws by their callers, the nearest first; what none of these fits is called by its callers. */
const nameByCallers: readonly (readonly [callers: RegExp, name: string])[] = [
  [/^generateSecret < createChatGenesis/, 'chat secret'],
  [/^generateSecret < createIdentity/, 'identity secret'],
  [/^generateSecret < newInvitationSecret/, 'invitation secret'],
  [/^generateBoxKeys/, 'box seed'],
  [/^sealToBox/, 'encapsulation seed'],
  [/^sealRecord/, "record's salt"],
  [/^sealEntry/, "entry's nonce"],
  [/^sealBytes < item < sealRecord/, "record's nonce"],
  [/^sealBytes/, 'nonce'],
  [/^createChatGenesis/, "chat's nonce"],
  [/generateDeviceSigner|platformElse/, 'device seed'],
];

const isPublic = ({ source, label, bytes }: Captured): boolean =>
  source === 'derived'
    ? publicDerivation.test(label)
    : publicDraws.some(({ caller, length }) => label.split(' < ')[0] === caller && length === bytes.length);

const nameOf = ({ source, label }: Captured): string =>
  (source === 'draw' ? nameByCallers.find(([callers]) => callers.test(label))?.[1] : undefined) ?? label;

const needleOf = (one: Captured): Needle => secretNeedle(nameOf(one), one.bytes);

export const secretsOf = (captured: readonly Captured[]): readonly Needle[] =>
  captured.filter((one) => !isPublic(one)).map(needleOf);

/** Random bytes of the run that lie open by design: a search that finds no secret must find these. */
export const publicOf = (captured: readonly Captured[]): readonly Needle[] =>
  captured.filter(isPublic).map(needleOf);

/** Needles of one name, each once: how many epoch secrets, how many salts. */
export const countOf = (needles: readonly Needle[], name: string): number =>
  new Set(needles.filter((one) => one.name === name).map(({ bytes }) => Buffer.from(bytes).toString('hex')))
    .size;
