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
  /** An admin's: may let bodies go that lie in anyone's sessions. */
  readonly canPurge: boolean;
}
export interface CapabilityProof {
  readonly chat: ChatId;
  readonly epoch: number;
  readonly readProof: Uint8Array;
  readonly postProof: Uint8Array;
}

/** All that can be proven: shared, because each socket holds one for each of its chats. */
const proven = {
  read: { canRead: true, canPost: false, canPurge: false },
  post: { canRead: false, canPost: true, canPurge: false },
  both: { canRead: true, canPost: true, canPurge: false },
  adminsPost: { canRead: false, canPost: true, canPurge: true },
  adminsBoth: { canRead: true, canPost: true, canPurge: true },
} as const satisfies Readonly<Record<string, Capabilities>>;

/** An empty proof claims nothing; a wrong one refuses both. The right to post is shown with its key, or with the admins'. */
export function judgeCapabilities(
  { body }: ChatAuthority,
  challenge: Challenge,
  { chat, epoch, readProof, postProof }: CapabilityProof,
): Result<Capabilities, 'stale-epoch' | 'bad-signature' | 'forbidden'> {
  if (epoch !== body.epoch) return fail('stale-epoch');
  if (readProof.length === 0 && postProof.length === 0) return fail('forbidden');
  const isBy = (key: SigningPublicKey, right: number, proof: Uint8Array) =>
    isSignedBy(key, capabilityStatement({ challenge, chatId: chat, epoch, right }), proof);
  const isGood = (key: SigningPublicKey, right: number, proof: Uint8Array) =>
    proof.length === 0 || isBy(key, right, proof);
  if (!isGood(body.readKey, rights.read, readProof)) return fail('bad-signature');
  const isMembers = isGood(body.postKey, rights.post, postProof);
  if (!isMembers && !isBy(body.adminKey, rights.post, postProof)) return fail('bad-signature');
  if (readProof.length === 0) return ok(isMembers ? proven.post : proven.adminsPost);
  if (postProof.length === 0) return ok(proven.read);
  return ok(isMembers ? proven.both : proven.adminsBoth);
}
