// Keys of epochs that a chat's ledger has no more, and who was a member in those alone: it went on from another branch, on a
// relay that was set back. Who has them tells the others in the meta document, so that what was said there stays readable to
// everyone, also to who comes later.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { userIdOf } from '../../shared/protocol/userLedger.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import { roles } from '../account/chatState.ts';
import { ledgerOfPerson } from '../account/keptPeople.ts';
import { bytesOf, isSameSecret, leftPeopleOf, leftSecretsOf, memberOf } from '../account/storedChats.ts';
import { readUserLedger } from '../account/userLedgers.ts';
import { sha256 } from '../crypto/hash.ts';
import type { EpochSecret } from '../crypto/keyTree.ts';
import type { Meta } from '../doc/meta.ts';
import type { LeftEpochs } from '../doc/metaEntries.ts';
import type { StoredMember } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { RoomState } from './roomState.ts';
import { isMisheard } from './setAsideEntries.ts';

export interface LeftEpochsDeps {
  readonly state: RoomState;
  readonly access: Pick<ChatAccess, 'context' | 'renew'>;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly meta: () => Meta;
  /** What could not be read may be readable now: the chat is to be opened anew. */
  readonly onMisheard: () => void;
}

const secretsIn = ({ epochs }: LeftEpochs) =>
  epochs.map(({ epoch, secret }) => ({ epoch, secret: bytesToBase64url(secret) }));
const userIn = (entry: Bytes) => userIdOf(sha256, entry);

/** People whose ledgers certify themselves. */
async function certifiedIn({ people }: LeftEpochs): Promise<readonly StoredMember[]> {
  const read = await Promise.all(people.map((entry) => readUserLedger(userIn(entry), [entry])));
  return read.flatMap((person) => (person ? [memberOf({ person, role: roles.member, spans: [] })] : []));
}

export function createLeftEpochs({ state, access, clock, storage, meta, onMisheard }: LeftEpochsDeps) {
  const own = access.context.self.device;
  const isNews = ({ device, at }: LeftEpochs) => {
    const of = idToText(device);
    return of !== idToText(own) && at > (state.chat().toldSecrets?.[of]?.at ?? -1);
  };

  async function take(value: LeftEpochs) {
    if (!isNews(value)) return;
    const chat = state.chat();
    const told = { at: value.at, epochs: secretsIn(value), people: [...(await certifiedIn(value))] };
    const [secrets, people] = [leftSecretsOf(chat), leftPeopleOf(chat)];
    const isMore =
      told.epochs.some((one) => !secrets.some((other) => isSameSecret(one, other))) ||
      told.people.some(({ user }) => !people.some((other) => other.user === user));
    const toldSecrets = { ...chat.toldSecrets, [idToText(value.device)]: told };
    const next = { ...chat, toldSecrets, ...(isMore ? { hasMoreKeys: true } : {}) };
    await state.put(next);
    access.renew(next);
    // What was set aside just now is said in the queue, too.
    if (isMore) state.later(readAgain);
  }
  async function readAgain() {
    const { hasMoreKeys: _, ...chat } = state.chat();
    if (isMisheard(state.chat())) onMisheard();
    else await state.put(chat);
  }

  return {
    reader: { isNews, take: (value: LeftEpochs) => state.later(() => take(value)) },
    /** Unless others have said all of it. */
    async tell() {
      const { leftSecrets = [], leftPeople = [], isRemoved } = state.chat();
      if (leftSecrets.length === 0 || isRemoved) return;
      const told = await meta().leftEpochs();
      const secrets = told.flatMap(secretsIn);
      const users = new Set(told.flatMap(({ people }) => people.map((entry) => idToText(userIn(entry)))));
      const ledgers = await Promise.all(leftPeople.map(({ user }) => ledgerOfPerson(storage, user)));
      const people = ledgers.flatMap((entry) => (entry === undefined ? [] : [bytesOf<Bytes>(entry)]));
      const isTold =
        leftSecrets.every((one) => secrets.some((other) => isSameSecret(one, other))) &&
        people.every((entry) => users.has(idToText(userIn(entry))));
      if (isTold) return;
      await meta().putLeftEpochs({
        version: 1,
        device: own,
        epochs: leftSecrets.map(({ epoch, secret }) => ({ epoch, secret: bytesOf<EpochSecret>(secret) })),
        people,
        at: Math.max(clock.now(), (meta().ownLeftEpochs()?.at ?? 0) + 1),
      });
    },
  };
}
