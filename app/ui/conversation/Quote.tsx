// The message that another one answers: who wrote it and how it began; leads to it.
import { markupToPlain } from '../../chat/markup.ts';
import type { MessageView } from '../../chat/views.ts';
import { personName } from '../kit/chatTitle.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { useRowActions } from './rowActions.ts';

export function Quote({ quoted, isOwn }: { quoted: NonNullable<MessageView['replyTo']>; isOwn: boolean }) {
  const { words } = useWords();
  const { goTo } = useRowActions();
  const isPresent = quoted.state === 'present';
  const name = quoted.isSelf ? words.you : personName(words, quoted.authorName);
  const text =
    quoted.state === 'deleted'
      ? words.conversation.quoteDeleted
      : quoted.state === 'missing'
        ? words.conversation.quoteMissing
        : markupToPlain(quoted.text);
  return (
    <button
      type="button"
      tabIndex={-1}
      disabled={!isPresent}
      onClick={() => goTo(quoted.messageId)}
      className={`mb-1 flex w-full flex-col overflow-clip rounded-sm border-s-3 px-2.5 py-1.5 text-start text-sm ${isOwn ? 'border-white/70 bg-white/14 enabled:hover:bg-white/20' : 'border-accent-bright bg-accent-tint enabled:hover:bg-accent-tint-strong'}`}
    >
      <span className="spoken">{words.conversation.inReplyTo}</span>
      {isPresent && (
        <bdi className={`max-w-full truncate font-semibold ${isOwn ? 'text-white' : 'text-accent-ink'}`}>
          {name}
        </bdi>
      )}
      <bdi
        className={`line-clamp-2 wrap-anywhere ${isPresent ? '' : 'italic'} ${isOwn ? 'text-own-muted' : 'text-muted'}`}
      >
        {text}
      </bdi>
    </button>
  );
}
