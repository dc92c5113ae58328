// Before an entry is judged, this device has read the ledger as far as the entry's author had: a newcomer's first words
// must not be taken for a stranger's, nor a new epoch's for garbage, because the news of them travels another way.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { parseEntry, type SealedEntry } from '../../shared/protocol/entry.ts';
import type { ChatContext } from './chatContext.ts';

/**
 * Whoever writes to a relay that was set back is telling it of the ledger too: that takes some seconds. Not longer, for a
 * member can name authors and epochs that never were.
 */
const patienceMs = [5_000, 10_000, 20_000, 40_000];

export function createLedgerFirst(context: ChatContext) {
  /** False when it can't be waited for; then nothing was judged. A head that even the relay's ledger lacks is let pass. */
  return async function learnFirst(
    items: readonly { readonly entry?: Uint8Array }[],
    parse: (bytes: Uint8Array) => SealedEntry | undefined = parseEntry,
  ): Promise<boolean> {
    const headers = items.flatMap(({ entry }) => (entry && parse(entry)?.header) ?? []);
    if (headers.every(({ ledgerHead, epoch }) => context.knows(ledgerHead, epoch))) return true;
    if (!(await context.learn(0))) return false;
    const canBeJudged = () =>
      headers.every(({ epoch, author }) => context.keysOf(epoch).length > 0 && context.authorByTag(author));
    for (const waitMs of patienceMs) {
      if (canBeJudged()) return true;
      const { inVainAt } = context.patience;
      if (inVainAt && equalBytes(inVainAt, context.ledgerHead())) return true;
      if (!(await context.learn(waitMs))) return false;
    }
    if (!canBeJudged()) context.patience.inVainAt = context.ledgerHead();
    return true;
  };
}
