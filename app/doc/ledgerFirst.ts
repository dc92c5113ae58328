// Before an entry is judged, this device has read the ledger as far as the entry's author had: a newcomer's first words
// must not be taken for a stranger's, nor a new epoch's for garbage, because the news of them travels another way.
import { parseEntry, type SealedEntry } from '../../shared/protocol/entry.ts';
import type { ChatContext } from './chatContext.ts';

/** False when that can't be waited for; then nothing was judged. A head that even the relay's ledger lacks is let pass. */
export async function learnFirst(
  context: ChatContext,
  items: readonly { readonly entry?: Uint8Array }[],
  parse: (bytes: Uint8Array) => SealedEntry | undefined = parseEntry,
): Promise<boolean> {
  const isNews = items.some(({ entry }) => {
    const header = entry && parse(entry)?.header;
    return header !== undefined && !context.knows(header.ledgerHead, header.epoch);
  });
  return isNews ? context.learn() : true;
}
