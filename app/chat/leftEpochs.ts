// Keys of epochs that a chat's ledger has no more: it went on from another branch, on a relay that was set back. Who has them
// tells the others in the meta document, so that what was said there stays readable to everyone, also to who comes later.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import { bytesOf, joinLeft, secretsOf } from '../account/storedChats.ts';
import type { EpochSecret } from '../crypto/keyTree.ts';
import type { Meta } from '../doc/meta.ts';
import type { LeftEpochs } from '../doc/metaEntries.ts';
import type { StoredChat } from '../storage/models.ts';
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

export function createLeftEpochs({ state, access, clock, meta, onMisheard }: LeftEpochsDeps) {
  /** Those of which this device knows nothing yet. */
  function news({ epochs }: LeftEpochs): NonNullable<StoredChat['leftSecrets']> {
    const { leftSecrets = [] } = state.chat();
    const own = secretsOf(state.chat());
    const isKnown = (epoch: number, secret: string) =>
      leftSecrets.some((one) => one.epoch === epoch && one.secret === secret) ||
      bytesToBase64url(own.get(epoch) ?? new Uint8Array(0)) === secret;
    return epochs
      .map(({ epoch, secret }) => ({ epoch, secret: bytesToBase64url(secret) }))
      .filter(({ epoch, secret }) => !isKnown(epoch, secret));
  }

  async function readAgain() {
    const chat = state.chat();
    if (chat.misheardAt === undefined || chat.isRemoved) return;
    await state.put({ ...chat, misheardAt: '' });
    onMisheard();
  }

  return {
    reader: {
      isNews: (value: LeftEpochs) => news(value).length > 0,
      take: (value: LeftEpochs) =>
        state.later(async () => {
          const more = news(value);
          if (more.length === 0) return;
          const chat = state.chat();
          const next = { ...chat, leftSecrets: joinLeft(chat.leftSecrets, more) };
          await state.put(next);
          access.renew(next);
          // What was set aside just now is said in the queue, too.
          state.later(readAgain);
        }),
    },
    /** Unless others have said all of it. */
    async tell() {
      const { leftSecrets = [], isRemoved } = state.chat();
      if (leftSecrets.length === 0 || isRemoved) return;
      const told = new Set((await meta().leftEpochs()).map(({ secret }) => bytesToBase64url(secret)));
      if (leftSecrets.every(({ secret }) => told.has(secret))) return;
      await meta().putLeftEpochs({
        version: 1,
        device: access.context.self.device,
        epochs: leftSecrets.map(({ epoch, secret }) => ({ epoch, secret: bytesOf<EpochSecret>(secret) })),
        at: Math.max(clock.now(), (meta().ownLeftEpochs()?.at ?? 0) + 1),
      });
    },
  };
}
