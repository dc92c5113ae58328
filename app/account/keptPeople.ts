// The ledgers of the people of one's chats, kept for the day on which the relay has forgotten them: whoever reads a chat
// from its genesis needs them, and those whose they are may stay away. Believes only what certifies itself.
import * as v from 'valibot';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { ledgerResponse } from '../../shared/protocol/http.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { LedgerDeps } from './fetchChatLedger.ts';
import { bytesOf } from './storedChats.ts';
import { passingFailures } from './tasks.ts';
import { readUserLedger } from './userLedgers.ts';

/** A user's one entry, as base64url. */
const keptPerson = v.string();
const placeOfPerson = (user: string) => `person/${user}`;

/** Who left is one of them: they are in the genesis still. */
export const peopleIn = ({ members, former = [] }: StoredChat): readonly string[] =>
  [...members, ...former].map(({ user }) => user);

export const ledgerOfPerson = (storage: Storage, user: string): Promise<string | undefined> =>
  storage.setting(placeOfPerson(user), keptPerson);

export interface KeptPeopleDeps extends Pick<LedgerDeps, 'accessToken'> {
  readonly identity: Pick<LedgerDeps['identity'], 'user'>;
  readonly http: Pick<LedgerDeps['http'], 'get'>;
  readonly storage: Storage;
}

export function createKeptPeople({ storage, http, accessToken, identity }: KeptPeopleDeps) {
  // One's own comes back with the account.
  const kept = new Set([bytesToBase64url(identity.user)]);
  /** What the relay lacks, refuses, or lies about: the next run asks for it again, this one not for each chat. */
  const missing = new Set<string>();
  return {
    /** False where it must be asked for again. */
    async keep(id: string): Promise<boolean> {
      const chat = await storage.chat(id);
      if (!chat || chat.isRemoved) return true;
      for (const user of peopleIn(chat)) {
        if (kept.has(user) || missing.has(user)) continue;
        if ((await ledgerOfPerson(storage, user)) === undefined) {
          const token = await accessToken();
          if (!token.ok) return false;
          const answer = await http.get(`/api/users/${user}/ledger`, ledgerResponse, token.value);
          if (!answer.ok && passingFailures.includes(answer.error)) return false;
          const entries = answer.ok ? answer.value.entries : [];
          const [entry] = entries;
          if (!entry || !(await readUserLedger(bytesOf<UserId>(user), entries))) {
            missing.add(user);
            continue;
          }
          await storage.batch().putSetting(placeOfPerson(user), bytesToBase64url(entry)).commit();
        }
        kept.add(user);
      }
      return true;
    },
  };
}
