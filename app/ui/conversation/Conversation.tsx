// One chat, open: finds out whether it is on this device, and shows it, its loading shape, or that it isn't here.
import { useLocation } from 'wouter';
import { Button } from '../kit/Button.tsx';
import { EmptyState } from '../kit/EmptyState.tsx';
import { Shimmer } from '../kit/Shimmer.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useView } from '../kit/useView.ts';
import { LoadingTimeline } from './LoadingTimeline.tsx';
import { OpenChat } from './OpenChat.tsx';

export function Conversation({ chatId, messageId }: { chatId: string; messageId: string | undefined }) {
  const { words } = useWords();
  const [, navigate] = useLocation();
  const arrived = useView({ query: 'chat', chatId });
  if (!arrived) {
    return (
      <div className="flex h-full flex-col bg-wallpaper">
        <div className="flex min-h-15 items-center gap-3 border-b border-line bg-surface px-4">
          <Shimmer className="size-10" />
          <Shimmer className="h-4 w-40" />
        </div>
        <LoadingTimeline />
      </div>
    );
  }
  if (!arrived.view) {
    return (
      <div className="flex h-full bg-surface">
        <EmptyState
          icon="search"
          title={words.conversation.notHere}
          sentence={words.conversation.notHereSentence}
        >
          <Button onClick={() => navigate('/', { replace: true })}>{words.conversation.notHereAction}</Button>
        </EmptyState>
      </div>
    );
  }
  return <OpenChat key={chatId} chat={arrived.view} targetId={messageId} />;
}
