// Replays all that a relay's database holds, and says of each thing that is wrong what it is and where. What can't be read
// is said as well, and the rest is read on.
import { headOf } from '../../shared/protocol/chatLedger.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { keyOf } from '../auth/keyOf.ts';
import { isDamage } from '../log/fileDamage.ts';
import type { ReadDocument, Reading } from '../log/openForReading.ts';
import { verifyDocument, type LedgerFacts } from './verifyDocument.ts';
import { verifyChatLedger, verifyReturnedUser, verifyUserLedger } from './verifyLedgers.ts';

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
  function read<T, E>(name: string, work: () => T, otherwise: E): T | E {
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      count(`${name} can't be read: the file is damaged there`);
      return otherwise;
    }
  }
  for (const sentence of read('the file as a whole', reading.fileDamage, [])) count(sentence);
  for (const sentence of read('who names whom', reading.orphans, [])) count(sentence);

  const users = read('the list of users', reading.users, []);
  for (const user of users)
    read(`user ${idToText(user.userId)}`, () => verifyUserLedger(user, count), undefined);
  for (const user of read('the list of users who were put back', reading.returnedUsers, []))
    verifyReturnedUser(user, count);
  const chats = read('the list of chats', reading.chats, []);
  const epochByChat = new Map(
    chats.map((chat) => [
      chat.row,
      read(`chat ${idToText(chat.chatId)}`, () => verifyChatLedger(chat, count), undefined),
    ]),
  );
  const chatByHead = new Map(
    chats.flatMap((chat) => chat.entries.map(({ hash }) => [keyOf(headOf(hash)), chat.row])),
  );
  const factsOf = ({ chat }: ReadDocument): LedgerFacts => ({
    newestEpoch: epochByChat.get(chat),
    isForeign: (head) => (chatByHead.get(keyOf(head)) ?? chat) !== chat,
  });
  const documents = read('the list of documents', reading.documents, []);
  let [entries, snapshots] = [0, 0];
  for (const document of documents) {
    const verify = () => verifyDocument(document, factsOf(document), count);
    const found = read(`document ${idToText(document.documentId)}`, verify, undefined);
    entries += found?.entries ?? 0;
    snapshots += found?.snapshots ?? 0;
  }
  const stray = read('the list of entries', reading.strayEntries, 0);
  if (stray > 0) count(`${stray} entries are of no document, or should be gone`);
  return { documents: documents.length, entries, snapshots, ledgers: users.length + chats.length, problems };
}
