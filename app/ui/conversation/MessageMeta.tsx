// The small print of a message: when, whether it was edited, how far it has come.
import type { MessageView } from '../../chat/views.ts';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { Ticks } from '../kit/Ticks.tsx';

export function MessageMeta(props: {
  message: MessageView;
  showsTicks: boolean;
  /** It stands on an own bubble's gradient. */
  isOnOwn: boolean;
}) {
  const { message, showsTicks, isOnOwn } = props;
  const { words, formats } = useWords();
  return (
    <span
      className={`float-end ms-3 mt-1.5 -mb-0.5 inline-flex items-center gap-1 text-xs leading-4 whitespace-nowrap select-none ${isOnOwn ? 'text-own-muted' : 'text-muted'}`}
    >
      {message.isEdited && <span>{words.conversation.edited}</span>}
      {message.goneAtMs !== undefined && <Icon name="timer" size={3} />}
      <time
        dateTime={new Date(message.sentAtMs).toISOString()}
        // Made for whoever points at it: for each row that scrolls by, it would cost as much as all else in it.
        onPointerEnter={({ currentTarget }) => void (currentTarget.title = formats.full(message.sentAtMs))}
      >
        {formats.time(message.sentAtMs)}
      </time>
      {showsTicks && message.delivery !== undefined && message.body.kind !== 'deleted' && (
        <Ticks state={message.delivery} on={isOnOwn ? 'own' : 'surface'} />
      )}
    </span>
  );
}
