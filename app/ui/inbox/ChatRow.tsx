// One chat in the list: who, when, what was last said, and what is unread.
import { memo } from 'react';
import { Link } from 'wouter';
import { markupToPlain } from '../../chat/markup.ts';
import type { ChatRowView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { chatPath, chatTitle, personName } from '../kit/chatTitle.ts';
import { fromInside } from '../kit/leaveTo.ts';
import { rovingRow } from '../kit/useRovingRows.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { Ticks } from '../kit/Ticks.tsx';

function Preview({ row, isOpen }: { row: ChatRowView; isOpen: boolean }) {
  const { words, formats } = useWords();
  const { inbox } = words;
  if (row.typingNames.length > 0) {
    const text =
      row.kind === 'group'
        ? inbox.typingNames(
            formats.list(row.typingNames.map((name) => personName(words, name))),
            row.typingNames.length,
          )
        : inbox.typing;
    return <span className="truncate text-accent-ink">{text}</span>;
  }
  if (row.draft.trim() !== '' && !isOpen) {
    return (
      <span dir="auto" className="own-direction truncate">
        <span className="text-danger-ink">{inbox.draft}</span> <bdi>{row.draft.slice(0, 200)}</bdi>
      </span>
    );
  }
  const { preview } = row;
  if (!preview) return <span className="truncate">{inbox.noMessages}</span>;
  const sender = preview.isOwn ? inbox.youPrefix : `${personName(words, preview.senderName)}:`;
  return (
    <>
      {preview.delivery !== undefined && row.kind !== 'notes' && (
        <span className="me-1 flex shrink-0 self-center">
          <Ticks state={preview.delivery} on="surface" />
        </span>
      )}
      <span dir="auto" className="own-direction truncate">
        {row.kind === 'group' && (
          <>
            <bdi>{sender}</bdi>{' '}
          </>
        )}
        {preview.kind === 'text' && <bdi>{markupToPlain(preview.text)}</bdi>}
        {preview.kind === 'deleted' && <i>{inbox.deletedPreview}</i>}
        {preview.kind === 'timer' && (
          <i>{preview.seconds ? inbox.timerPreview(formats.span(preview.seconds)) : inbox.timerOffPreview}</i>
        )}
        {preview.kind === 'unsupported' && <i>{inbox.unsupportedPreview}</i>}
      </span>
    </>
  );
}

export const ChatRow = memo(function ChatRow(props: {
  row: ChatRowView;
  isOpen: boolean;
  isTabStop: boolean;
  nowMs: number;
}) {
  const { row, isOpen, isTabStop, nowMs } = props;
  const { words, formats } = useWords();
  const title = chatTitle(words, row);
  return (
    <div className="px-2">
      <Link
        href={chatPath(row.chatId)}
        {...rovingRow(row.chatId, isTabStop)}
        state={fromInside}
        aria-current={isOpen ? 'page' : undefined}
        className={`flex min-h-18 items-center gap-3 rounded-md px-2.5 py-2 outline-offset-[-2px] transition-colors duration-100 ${isOpen ? 'bg-accent-tint' : 'hover:bg-hover'}`}
      >
        <Avatar seed={row.avatarSeed} name={row.title} kind={row.kind} />
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-semibold">
              <bdi>{title}</bdi>
            </span>
            <time
              dateTime={new Date(row.atMs).toISOString()}
              className={`shrink-0 text-xs ${row.unreadCount > 0 ? 'font-semibold text-accent-ink' : 'text-muted'}`}
            >
              {formats.short(row.atMs, nowMs)}
            </time>
          </span>
          <span className="flex min-h-5.5 items-center gap-2">
            <span className="flex min-w-0 flex-1 items-baseline text-sm text-muted">
              <Preview row={row} isOpen={isOpen} />
            </span>
            {row.unreadCount > 0 && (
              <span className="flex h-5.5 min-w-5.5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-white tabular-nums">
                <span aria-hidden="true">
                  {row.unreadCount > 999 ? '999+' : formats.number(row.unreadCount)}
                </span>
                <span className="spoken">{words.inbox.unread(row.unreadCount)}</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </div>
  );
});
