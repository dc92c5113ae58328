// Keys of epochs that a chat's ledger has no more: it went on from another branch, on a relay that was set back. Who has them
// tells the others in the meta document, so that what was said there stays readable to everyone, also to who comes later.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import { bytesOf, isSameSecret, leftSecretsOf } from '../account/storedChats.ts';
import type { EpochSecret } from '../crypto/keyTree.ts';
import type { Meta } from '../doc/meta.ts';
import type { LeftEpochs } from '../doc/metaEntries.ts';
import type { Clock } from '../sync/clock.ts';
import type { RoomState } from './roomState.ts';

export interface LeftEpochsDeps {
  readonly state: RoomState;
  readonly access: ChatAccess;
  readonly clock: Clock;
  readonly meta: () => Meta;
  /** What could not be read may be readable now: the chat is to be opened anew. */
  readonly onMisheard: () => void;
}

const toStored = ({ epochs }: Pick<LeftEpochs, 'epochs'>) =>
  epochs.map(({ epoch, secret }) => ({ epoch, secret: bytesToBase64url(secret) }));

export function createLeftEpochs({ state, access, clock, meta, onMisheard }: LeftEpochsDeps) {
  const own = access.context.self.device;
  const isNews = ({ device, at }: LeftEpochs) => {
    const of = idToText(device);
    return of !== idToText(own) && at > (state.chat().toldSecrets?.[of]?.at ?? -1);
  };

  async function take(value: LeftEpochs) {
    if (!isNews(value)) return;
    const chat = state.chat();
    const epochs = toStored(value);
    const known = leftSecretsOf(chat);
    const isMore = epochs.some((one) => !known.some((other) => isSameSecret(one, other)));
    const told = { at: value.at, epochs };
    const next = { ...chat, toldSecrets: { ...chat.toldSecrets, [idToText(value.device)]: told } };
    await state.put(next);
    access.renew(next);
    // What was set aside just now is said in the queue, too.
    if (isMore) state.later(readAgain);
  }
  async function readAgain() {
    const chat = state.chat();
    if (chat.misheardAt === undefined || chat.isRemoved) return;
    await state.put({ ...chat, misheardAt: '' });
    onMisheard();
  }

  return {
    reader: { isNews, take: (value: LeftEpochs) => state.later(() => take(value)) },
    /** Unless others have said all of it. */
    async tell() {
      const { leftSecrets = [], isRemoved } = state.chat();
      if (leftSecrets.length === 0 || isRemoved) return;
      const told = toStored({ epochs: await meta().leftEpochs() });
      if (leftSecrets.every((one) => told.some((other) => isSameSecret(one, other)))) return;
      await meta().putLeftEpochs({
        version: 1,
        device: own,
        epochs: leftSecrets.map(({ epoch, secret }) => ({ epoch, secret: bytesOf<EpochSecret>(secret) })),
        at: Math.max(clock.now(), (meta().ownLeftEpochs()?.at ?? 0) + 1),
      });
    },
  };
}
