// What a chat's documents need to know of the chat: its keys, who its devices are, and who writes here. Comes from the
// account floor, which reads it from the ledgers.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { EpochKeys } from '../crypto/keyTree.ts';
import type { Signer } from '../crypto/sign.ts';
import type {
  AuthorTag,
  ChatId,
  DeviceId,
  LedgerHead,
  SigningPublicKey,
  UserId,
} from '../../shared/protocol/ids.ts';

export interface Author {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly deviceKey: SigningPublicKey;
}

export interface ChatContext {
  readonly chat: ChatId;
  readonly self: Author & { readonly signer: Signer };
  /** The epoch under which this device seals now. */
  currentKeys(): EpochKeys;
  /** The ledger's own first; behind them those of branches of it that were left. */
  keysOf(epoch: number): readonly EpochKeys[];
  ledgerHead(): LedgerHead;
  tagOf(device: DeviceId): AuthorTag;
  /** Whether this device has the admins' capability of this epoch, and shows it to the relay. */
  isAdmin(): boolean;
  /** Devices that read here, this one included. */
  readerCount(): number;
  authorByTag(tag: AuthorTag): Author | undefined;
  authorByDevice(device: DeviceId): Author | undefined;
  /**
   * Whether the device belonged to the chat in the epoch of these keys: who is removed keeps what they said, and says no
   * more.
   * @param keys as `keysOf` gave them
   */
  wasMember(device: DeviceId, keys: EpochKeys): boolean;
  /** Whether the ledger was read up to this head, and has led to this epoch's key. */
  knows(head: LedgerHead, epoch: number): boolean;
  /** Reads the ledger as far as the relay has it, so much later. False when it can't be waited for: the device is closing. */
  learn(waitMs: number): Promise<boolean>;
  /** Where the ledger stood when waiting for it was in vain: until it moves, nobody makes this run wait for it again. */
  readonly patience: { inVainAt?: LedgerHead };
}

/** What opens under one of an epoch's keys, and under which. */
export function openUnder(
  context: ChatContext,
  epoch: number,
  open: (keys: EpochKeys) => Bytes | undefined,
): { readonly keys: EpochKeys; readonly plaintext: Bytes } | undefined {
  for (const keys of context.keysOf(epoch)) {
    const plaintext = open(keys);
    if (plaintext) return { keys, plaintext };
  }
  return undefined;
}
