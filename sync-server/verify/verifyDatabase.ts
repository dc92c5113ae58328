// Replays all that a relay's database holds, and says of each thing that is wrong what it is and where.
import type { Reading } from '../log/openForReading.ts';
import { verifyDocument } from './verifyDocument.ts';
import { verifyChatLedger, verifyUserLedger } from './verifyLedgers.ts';

export interface Verdict {
  readonly documents: number;
  readonly entries: number;
  readonly snapshots: number;
  readonly ledgers: number;
  readonly problems: number;
}

/** @param say one line for each problem: ids, numbers and what is wrong, never content. */
export function verifyDatabase(reading: Reading, say: (problem: string) => void): Verdict {
  let problems = 0;
  const count = (problem: string) => {
    problems++;
    say(problem);
  };
  const users = reading.users();
  for (const user of users) verifyUserLedger(user, count);
  const chats = reading.chats();
  for (const chat of chats) verifyChatLedger(chat, count);
  const documents = reading.documents();
  let [entries, snapshots] = [0, 0];
  for (const document of documents) {
    const found = verifyDocument(document, count);
    entries += found.entries;
    snapshots += found.snapshots;
  }
  const stray = reading.strayEntries();
  if (stray > 0) count(`${stray} entries are of no document, or should be gone`);
  return { documents: documents.length, entries, snapshots, ledgers: users.length + chats.length, problems };
}
