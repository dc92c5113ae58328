// What people answered with one sign. A press gives the same, or takes one's own back.
import type { MessageView } from '../../chat/views.ts';
import { personName } from '../kit/chatTitle.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { useRowActions } from './rowActions.ts';

export function Reactions({ message }: { message: MessageView }) {
  const { words, formats } = useWords();
  const { react } = useRowActions();
  return (
    <span className="relative z-10 -mt-1.5 flex flex-wrap gap-1 px-2">
      {message.reactions.map(({ emoji, count, isOwn, names }) => {
        const who = formats.list(names.map((name) => personName(words, name)));
        return (
          <button
            key={emoji}
            type="button"
            tabIndex={-1}
            aria-pressed={isOwn}
            title={who}
            onClick={() => react(message, emoji)}
            className={`flex h-6.5 min-w-6.5 max-w-24 items-center gap-1 overflow-clip rounded-full border px-1.5 text-sm shadow-bubble transition-transform active:scale-95 ${isOwn ? 'border-accent-bright bg-accent-tint text-accent-ink' : 'border-line bg-raised text-muted'}`}
          >
            <span className="leading-none">{emoji}</span>
            {count > 1 && <span className="text-xs font-semibold tabular-nums">{formats.number(count)}</span>}
            <span className="spoken">{words.conversation.reactionBy(who)}</span>
          </button>
        );
      })}
    </span>
  );
}
