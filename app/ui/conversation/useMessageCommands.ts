// What a conversation asks of the chat below it, and the one failure that it shows. A text that could not be sent is
// given back.
import { useCallback, useState } from 'react';
import { newMessageId } from '../../chat/client.ts';
import type { Command, CommandFailure } from '../../chat/commands.ts';
import type { MessageIdText, MessageView } from '../../chat/views.ts';
import { usePreferences, useSurroundings } from '../kit/Surroundings.tsx';

export function useMessageCommands(chatId: string, giveBack: (text: string) => void) {
  const { client } = useSurroundings();
  const { values, change } = usePreferences();
  const [failure, setFailure] = useState<CommandFailure>();

  const run = useCallback(
    async (command: Command): Promise<boolean> => {
      const answer = await client.command(command);
      setFailure(answer.ok ? undefined : answer.error);
      return answer.ok;
    },
    [client],
  );

  const react = useCallback(
    (message: MessageView, emoji: string) => {
      const isOwn = message.reactions.some((reaction) => reaction.isOwn && reaction.emoji === emoji);
      return run({ command: 'react', chatId, messageId: message.messageId, emoji: isOwn ? null : emoji });
    },
    [run, chatId],
  );

  async function send(text: string, replyTo: MessageIdText | undefined): Promise<void> {
    const isSent = await run({
      command: 'sendMessage',
      chatId,
      messageId: newMessageId(),
      text,
      ...(replyTo === undefined ? {} : { replyTo }),
    });
    if (!isSent) giveBack(text);
    else if (!values.hasSent) change({ hasSent: true });
  }

  return {
    failure,
    dismissFailure: () => setFailure(undefined),
    send,
    edit: (messageId: MessageIdText, text: string) =>
      run({ command: 'editMessage', chatId, messageId, text }),
    remove: (messageId: MessageIdText, scope: 'me' | 'everyone') =>
      run({ command: 'deleteMessage', chatId, messageId, scope }),
    setTimer: (seconds: number) =>
      void run({ command: 'setTimer', chatId, messageId: newMessageId(), seconds }),
    react,
    markRead: (messageId: MessageIdText) => void client.command({ command: 'markRead', chatId, messageId }),
  };
}
