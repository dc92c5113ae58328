// Somebody else at the real relay: a client without a screen, who writes while the measured browser has no network.
import { idToText } from '../../../shared/protocol/ids.ts';
import { peopleOf } from '../../account/storedChats.ts';
import { newMessageId } from '../../chat/client.ts';
import { openWebSocket } from '../../sync/webSocket.ts';
import type { RelayProcess } from '../browser/relayProcess.ts';
import { createHeadless } from '../harbour/headless.ts';

export type Friend = Awaited<ReturnType<typeof createFriend>>;

/** The relay's administrator. */
export async function createFriend({
  origin,
  administratorLink,
}: Pick<RelayProcess, 'origin' | 'administratorLink'>) {
  const { client, engine, storage, close } = await createHeadless({
    name: `friend at ${origin}`,
    origin,
    fetch: (request) => fetch(request),
    openSocket: openWebSocket(origin),
  });
  const token = new URL(administratorLink()).hash.split('=')[1] ?? '';
  const admission = { kind: 'administrator', token } as const;
  const signedUp = await client.command({ command: 'signUp', name: 'Ada', handle: 'ada', admission });
  if (!signedUp.ok) throw new Error(`the friend could not sign up: ${signedUp.error}`);
  const member = engine.member();
  if (!member) throw new Error('the friend has no account');
  const selfId = idToText(member.identity.user);

  /** Whoever took an invitation, and the chat with them. */
  async function visitor() {
    for (const chat of await storage.chats()) {
      const other = peopleOf(chat).find(({ user }) => idToText(user) !== selfId);
      if (other) return { chat: chat.id, other };
    }
    return undefined;
  }

  return {
    async invite(): Promise<string> {
      const answer = await client.command({ command: 'createInvitation' });
      if (!answer.ok) throw new Error(`no invitation: ${answer.error}`);
      return answer.value.link;
    },
    /** The chat with whoever took the invitation, and `more` groups with them. */
    async startChats(more: number): Promise<readonly string[]> {
      const met = await new Promise<NonNullable<Awaited<ReturnType<typeof visitor>>>>((resolve) => {
        const stop = client.watch({ query: 'chats' }, () => {
          void visitor().then((found) => {
            if (!found) return;
            stop();
            resolve(found);
          });
        });
      });
      const chats = [met.chat];
      for (let index = 1; index <= more; index++) {
        const about = { kind: 'group', title: `Group ${index}` } as const;
        const chat = await member.contacts.startChat([met.other], about, {});
        member.rooms.add(chat);
        chats.push(chat.id);
      }
      await member.runTasks();
      return chats;
    },
    /** Says so many messages in each of the chats; resolves when the relay has them all. */
    async write(chats: readonly string[], each: number): Promise<void> {
      for (let index = 0; index < each; index++) {
        await Promise.all(
          chats.map((chatId) =>
            client.command({
              command: 'sendMessage',
              chatId,
              messageId: newMessageId(),
              text: `${index}: what one says to another while they are away, in a line or two`,
            }),
          ),
        );
      }
      await new Promise<void>((resolve) => {
        const stop = storage.onChange(['outbox', 'pending'], () => void look());
        const look = async () => {
          if ((await storage.waitingCount()) > 0) return;
          stop();
          resolve();
        };
        void look();
      });
    },
    close,
  };
}
