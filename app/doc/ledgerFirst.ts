// Before an entry is judged, this device has read the ledger as far as the entry's author had: a newcomer's first words
// must not be taken for a stranger's, nor a new epoch's for garbage, because the news of them travels another way.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { parseEntry, type SealedEntry } from '../../shared/protocol/entry.ts';
import type { LedgerHead } from '../../shared/protocol/ids.ts';
import type { ChatContext } from './chatContext.ts';

/** A relay that was set back hears again from whoever returns what its ledger lacks: about ten minutes are left for that. */
const patienceMs = [5_000, 10_000, 20_000, ...Array.from({ length: 9 }, () => 60_000)];

/** For one document. */
export function createLedgerFirst(context: ChatContext) {
  /** Where the ledger stood when waiting was in vain: until it moves nobody can make this device wait again. */
  let inVainAt: LedgerHead | undefined;

  /** False when it can't be waited for; then nothing was judged. A head that even the relay's ledger lacks is let pass. */
  return async function learnFirst(
    items: readonly { readonly entry?: Uint8Array }[],
    parse: (bytes: Uint8Array) => SealedEntry | undefined = parseEntry,
  ): Promise<boolean> {
    const headers = items.flatMap(({ entry }) => (entry && parse(entry)?.header) ?? []);
    if (headers.every(({ ledgerHead, epoch }) => context.knows(ledgerHead, epoch))) return true;
    if (!(await context.learn(0))) return false;
    const canBeJudged = () =>
      headers.every(({ epoch, author }) => context.keysOf(epoch) && context.authorByTag(author));
    for (const waitMs of patienceMs) {
      if (canBeJudged()) return true;
      if (inVainAt && equalBytes(inVainAt, context.ledgerHead())) return true;
      if (!(await context.learn(waitMs))) return false;
    }
    if (!canBeJudged()) inVainAt = context.ledgerHead();
    return true;
  };
}
