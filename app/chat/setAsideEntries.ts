// What entries that were set aside say about a chat: that something is missing before them, or that this device's ledger was
// too short to judge them. Those are read again once the ledger says more: a relay that was set back may have the words of
// somebody whose coming it has lost.
import type { StoredChat } from '../storage/models.ts';

/** Faults that another ledger may mend; a record that doesn't open may be of an epoch that is told later (SPEC L17). */
export const misheardFaults: readonly string[] = ['unknown-author', 'missing-key', 'bad-record'];

/** The row after an entry was set aside for this reason. */
export function withFault(chat: StoredChat, reason: string): StoredChat {
  // The relay keeps each session's order (SPEC R8): what was before it is withheld, or was itself set aside.
  if (reason === 'out-of-session' && !chat.trouble) return { ...chat, trouble: 'gap' };
  if (misheardFaults.includes(reason)) return { ...chat, misheardAt: chat.ledgerHead };
  return chat;
}

/**
 * Whether the ledger has gone on, or left epochs were told, since something could not be judged: the documents are to be read
 * anew, by a member.
 */
export const isMisheard = ({ misheardAt, ledgerHead, hasMoreKeys, isRemoved }: StoredChat): boolean =>
  misheardAt !== undefined && (misheardAt !== ledgerHead || hasMoreKeys === true) && !isRemoved;
