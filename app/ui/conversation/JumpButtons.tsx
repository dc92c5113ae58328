// Ways back: to the newest message, with how many are unread, and to where the unread ones begin.
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';

const look =
  'pointer-events-auto relative flex h-11 items-center justify-center rounded-full border border-line bg-raised text-muted shadow-float transition-colors hover:text-ink animate-appear';

export function JumpButtons(props: {
  showsLatest: boolean;
  showsUnread: boolean;
  unreadCount: number;
  onLatest: () => void;
  onUnread: () => void;
}) {
  const { words, formats } = useWords();
  const { showsLatest, showsUnread, unreadCount } = props;
  const name =
    unreadCount > 0 ? words.conversation.jumpToLatestUnread(unreadCount) : words.conversation.jumpToLatest;
  return (
    <div className="pointer-events-none absolute end-4 bottom-3 z-20 flex flex-col items-end gap-2">
      {showsUnread && (
        <button
          type="button"
          className={`${look} gap-1.5 ps-3 pe-4 text-sm font-semibold`}
          onClick={props.onUnread}
        >
          <Icon name="up" size={4.5} />
          {words.conversation.jumpToUnread}
        </button>
      )}
      {showsLatest && (
        <button
          type="button"
          aria-label={name}
          title={name}
          className={`${look} w-11`}
          onClick={props.onLatest}
        >
          <Icon name="down" />
          {unreadCount > 0 && (
            <span
              aria-hidden="true"
              className="absolute -top-2 flex h-5.5 min-w-5.5 items-center justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-white tabular-nums"
            >
              {formats.number(unreadCount)}
            </span>
          )}
        </button>
      )}
    </div>
  );
}
