// Judges proofs of an epoch's capabilities: a signature over this socket's challenge, so that none can be replayed on
// another socket, for another chat, epoch or right.
import type { Challenge, ChatId, SigningPublicKey } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { capabilityStatement, rights } from '../../shared/protocol/statements.ts';
import type { ChatAuthority } from './chatAuthority.ts';
import { isSignedBy } from './verifySignature.ts';

export interface Capabilities {
  readonly canRead: boolean;
  readonly canPost: boolean;
}
export interface CapabilityProof {
  readonly chat: ChatId;
  readonly epoch: number;
  readonly readProof: Uint8Array;
  readonly postProof: Uint8Array;
}

/** All that can be proven: shared, because each socket holds one for each of its chats. */
const [readOnly, postOnly, both]: readonly [Capabilities, Capabilities, Capabilities] = [
  { canRead: true, canPost: false },
  { canRead: false, canPost: true },
  { canRead: true, canPost: true },
];

/** An empty proof claims nothing; a wrong one refuses both. */
export function judgeCapabilities(
  { body }: ChatAuthority,
  challenge: Challenge,
  { chat, epoch, readProof, postProof }: CapabilityProof,
): Result<Capabilities, 'stale-epoch' | 'bad-signature' | 'forbidden'> {
  if (epoch !== body.epoch) return fail('stale-epoch');
  if (readProof.length === 0 && postProof.length === 0) return fail('forbidden');
  const isGood = (key: SigningPublicKey, right: number, proof: Uint8Array) =>
    proof.length === 0 ||
    isSignedBy(key, capabilityStatement({ challenge, chatId: chat, epoch, right }), proof);
  if (!isGood(body.readKey, rights.read, readProof)) return fail('bad-signature');
  if (!isGood(body.postKey, rights.post, postProof)) return fail('bad-signature');
  if (readProof.length === 0) return ok(postOnly);
  return ok(postProof.length === 0 ? readOnly : both);
}
