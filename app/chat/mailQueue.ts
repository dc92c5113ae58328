// Mails of this person's mailbox, looked at one after another. What is not dealt with stays in the mailbox, and the relay
// offers it again after a while.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { maxMailboxMails } from '../../shared/protocol/limits.ts';

/** @param deal false where the mail can't be used yet. */
export function createMailQueue(deal: (mail: Bytes) => Promise<boolean>, onFailed: (error: unknown) => void) {
  let last: Promise<void> = Promise.resolve();
  /** What waits, and whom to tell: a whole mailbox, at most. */
  const waiting = new Map<string, () => void>();

  /** `taken` is the word of the line that brought it; a later line that brings it again takes its place. */
  return function take(mailId: number, mail: Bytes, taken: () => void): void {
    // By its end, which no two sealed ones have alike: numbers come again where a relay was set back.
    const key = `${mailId} ${bytesToBase64url(mail.slice(-32))}`;
    const isWaiting = waiting.has(key);
    if (!isWaiting && waiting.size >= maxMailboxMails) return;
    waiting.set(key, taken);
    if (isWaiting) return;
    // A mail that the disk could not take doesn't hold up the next.
    last = last
      .then(async () => {
        if (await deal(mail)) waiting.get(key)?.();
      })
      .catch(onFailed)
      .finally(() => waiting.delete(key));
  };
}
