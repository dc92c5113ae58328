// One message: its bubble, whose it is, what it answers, and the ways to act on it.
import { memo } from 'react';
import { markupToPlain } from '../../chat/markup.ts';
import type { ChatKind, MessageView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { personName } from '../kit/chatTitle.ts';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { rovingRow } from '../kit/useRovingRows.ts';
import { HoverBar } from './HoverBar.tsx';
import { MessageMeta } from './MessageMeta.tsx';
import { isEmojiOnly, MessageText } from './MessageText.tsx';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { elementAnchor, pointAnchor, useRowActions } from './rowActions.ts';
import { useHover, useMenuKeys, usePressMenu } from './usePressMenu.ts';
import { useSwipeReply } from './useSwipeReply.ts';

function useSpokenLabel(message: MessageView): string {
  const { words, formats } = useWords();
  const { author, body } = message;
  const name = author.isSelf ? words.you : personName(words, author.name);
  const text =
    body.kind === 'text'
      ? markupToPlain(body.text)
      : body.kind === 'deleted'
        ? author.isSelf
          ? words.conversation.deletedOwn
          : words.conversation.deleted
        : words.conversation.unsupported;
  const delivery = message.delivery === undefined ? '' : `, ${words.delivery[message.delivery]}`;
  const time = message.goneAtMs === undefined ? '' : `, ${words.conversation.disappears}`;
  return `${words.conversation.messageOf(name, formats.time(message.sentAtMs))}: ${text}${time}${delivery}`;
}

function Body({
  message,
  showsTicks,
  isBare,
}: {
  message: MessageView;
  showsTicks: boolean;
  isBare: boolean;
}) {
  const { words } = useWords();
  const { openedIds } = useRowActions();
  const meta = (
    <MessageMeta message={message} showsTicks={showsTicks} isOnOwn={message.author.isSelf && !isBare} />
  );
  const { body, messageId } = message;
  switch (body.kind) {
    case 'text':
      return (
        <MessageText
          text={body.text}
          tail={meta}
          startsOpen={openedIds.has(messageId)}
          onOpen={() => openedIds.add(messageId)}
        />
      );
    case 'deleted':
      return (
        <p className="flow-root italic opacity-85">
          <Icon name="forbidden" size={4} className="me-1.5 inline align-[-0.15em]" />
          {message.author.isSelf ? words.conversation.deletedOwn : words.conversation.deleted}
          {meta}
        </p>
      );
    case 'unsupported':
      return (
        <p className="flow-root italic">
          <Icon name="download" size={4} className="me-1.5 inline align-[-0.15em]" />
          {words.conversation.unsupported}
          {meta}
        </p>
      );
    case 'timer':
      // Has a row of its own.
      return null;
    default:
      return body satisfies never;
  }
}

/** The corners on the sender's side are tight inside a run. */
function corners(isOwn: boolean, isRunStart: boolean, isRunEnd: boolean): string {
  const top = isRunStart ? '' : isOwn ? 'rounded-se-xs' : 'rounded-ss-xs';
  const bottom = isRunEnd ? '' : isOwn ? 'rounded-ee-xs' : 'rounded-es-xs';
  return `rounded-lg ${top} ${bottom}`;
}

export const MessageRow = memo(function MessageRow(props: {
  rowKey: string;
  message: MessageView;
  chatKind: ChatKind;
  isRunStart: boolean;
  isRunEnd: boolean;
  isTabStop: boolean;
  /** Draws the eye here, once. */
  isFlashing: boolean;
}) {
  const { rowKey, message, chatKind, isRunStart, isRunEnd, isTabStop, isFlashing } = props;
  const { words } = useWords();
  const actions = useRowActions();
  const hover = useHover();
  const isOwn = message.author.isSelf;
  const isGroup = chatKind === 'group';
  const isDeleted = message.body.kind === 'deleted';
  const isBig = message.body.kind === 'text' && !message.replyTo && isEmojiOnly(message.body.text);
  const name = personName(words, message.author.name);
  const press = usePressMenu((x, y) => actions.openMenu(message, pointAnchor(x, y)));
  const swipe = useSwipeReply(() => !isDeleted && actions.reply(message));

  const keys = useMenuKeys((bubble) => actions.openMenu(message, elementAnchor(bubble)));

  return (
    <article
      {...rovingRow(rowKey, isTabStop)}
      {...hover.handlers}
      {...keys}
      aria-label={useSpokenLabel(message)}
      className={`relative flex touch-pan-y gap-2 px-3 outline-offset-[-2px] sm:px-5 ${isRunStart ? 'pt-2' : 'pt-0.5'} ${message.reactions.length > 0 ? 'pb-1' : ''} ${isOwn ? 'justify-end' : ''} ${isFlashing ? 'animate-flash' : ''}`}
    >
      {isGroup && !isOwn && (
        <span className="flex w-8 shrink-0 items-end">
          {isRunEnd && <Avatar seed={message.author.userId} name={message.author.name} size="sm" />}
        </span>
      )}
      <div
        className={`relative flex max-w-[min(86%,36rem)] min-w-0 flex-col ${isOwn ? 'items-end' : 'items-start'}`}
        {...swipe}
      >
        <div
          data-bubble
          {...press}
          className={`max-w-full overflow-clip wrap-anywhere coarse:select-none ${
            isBig
              ? 'px-1 text-3xl [&_p]:flex [&_p]:items-end'
              : `min-w-16 px-3 py-1.5 shadow-bubble ${corners(isOwn, isRunStart, isRunEnd)} ${isOwn ? 'bg-own text-own-ink' : 'bg-bubble text-ink'}`
          }`}
        >
          {isGroup && !isOwn && isRunStart && !isBig && (
            <bdi className="block truncate text-sm font-semibold text-accent-ink">{name}</bdi>
          )}
          {message.replyTo && !isDeleted && <Quote quoted={message.replyTo} isOwn={isOwn} />}
          <Body message={message} showsTicks={chatKind !== 'notes'} isBare={isBig} />
          {!message.isVerified && (
            <span className={`flex items-center gap-1 text-xs ${isOwn ? 'text-own-muted' : 'text-warn-ink'}`}>
              <Icon name="warning" size={3.5} />
              {words.conversation.unverified}
            </span>
          )}
        </div>
        {message.reactions.length > 0 && <Reactions message={message} />}
        {hover.isOver && <HoverBar message={message} isOwn={isOwn} />}
      </div>
    </article>
  );
});
