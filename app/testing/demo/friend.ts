// A friend without a screen: a real client that reads, types for a moment, and answers through the relay. What it says is
// picked from a few lines by what was said, so that a first look has something to look at.
import { newMessageId } from '../../chat/client.ts';
import { openWebSocket } from '../../sync/webSocket.ts';
import { createHeadless, type Headless } from '../harbour/headless.ts';
import type { StoredChat, StoredMessage } from '../../storage/models.ts';
import type { Lines } from './lines.ts';

/** As long as a person reads, and then types. */
const readingMs = 900;
const typingMs = 1_600;
/** How long a friend may be behind before messages are skipped instead of answered. */
const maxWaiting = 3;

export interface Friend {
  readonly headless: Headless;
  say(chat: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function createFriend(origin: string, name: string, lines: Lines): Promise<Friend> {
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();

  const say = async (chatId: string, text: string) => {
    const { client } = headless;
    await client.command({ command: 'setTyping', chatId, isTyping: true });
    await pause(typingMs);
    await client.command({ command: 'sendMessage', chatId, messageId: newMessageId(), text });
  };

  async function answer(chat: StoredChat, message: StoredMessage) {
    const { client } = headless;
    const at = { chatId: chat.id, messageId: message.id };
    await client.command({ command: 'setVisibleChat', chatId: chat.id });
    await pause(readingMs);
    await client.command({ command: 'markRead', ...at });
    const { text, emoji } = lines.answerTo(message.text, chat.kind === 'group');
    if (emoji !== undefined) await client.command({ command: 'react', ...at, emoji });
    if (text !== undefined) await say(chat.id, text);
  }

  const headless = await createHeadless({
    name: `demo-${name}`,
    origin,
    fetch: (request) => fetch(request),
    openSocket: openWebSocket(origin),
    onArrived(chat, messages) {
      const last = messages.at(-1);
      if (!last || lines.isFriend(last.author) || waiting >= maxWaiting) return;
      waiting++;
      turn = turn.then(() => answer(chat, last)).finally(() => waiting--);
    },
  });
  return { headless, say, close: () => headless.close() };
}
