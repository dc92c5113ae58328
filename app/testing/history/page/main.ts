// The page that writes history into this origin's storage, under the key that the platform keeps here.
import { idToText } from '../../../../shared/protocol/ids.ts';
import { createTermHasher } from '../../../crypto/searchTerms.ts';
import { openStorage } from '../../../storage/storage.ts';
import { createChance } from '../../harbour/chance.ts';
import { historyName, sizesOf, type HistoryParameters } from '../parameters.ts';
import { createProse } from '../prose.ts';
import { beginChat, createSociety } from '../society.ts';
import { writeChat } from '../writeChat.ts';

declare global {
  var writeHistory: (parameters: HistoryParameters) => Promise<void>;
  /** The one who started the page hears how far it is. */
  var tellWritten: (messages: number) => void;
}

/** As `worker/engineWorker.ts` calls it. */
const databaseName = 'convo';
const yearMs = 365 * 86_400_000;
/** One is signed and sealed while the other is being written to the disk. */
const writersAtOnce = 2;

globalThis.writeHistory = async (parameters) => {
  const storage = await openStorage(databaseName);
  const chance = createChance(historyName(parameters));
  const society = await createSociety(storage, Math.max(2, parameters.chats));
  const hash = createTermHasher(society.identity.searchKey);
  const known = new Map<string, number>();
  const hashTerm = (term: string): number => {
    const number = known.get(term) ?? hash(term);
    known.set(term, number);
    return number;
  };
  const nowMs = Date.now();
  const deps = {
    storage,
    hashTerm,
    selfUser: idToText(society.self.user),
    selfDevice: idToText(society.self.device),
    nowMs,
    onWritten: (messages: number) => globalThis.tellWritten(messages),
  };
  const waiting = [...sizesOf(parameters).entries()];
  const write = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, size] = next;
      const own = chance.stream(`chat ${index}`);
      const begun = await beginChat(society, index, nowMs - Math.floor(yearMs * (0.5 + own.unit())), own);
      // Every seventh chat has something new in it.
      const unread = index % 7 === 3 ? own.whole(1, 9) : 0;
      await writeChat({ ...deps, chance: own, prose: createProse(own.stream('prose')) }, begun, size, unread);
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, write));
  storage.close();
};
