// The messages below each other. Opens at a message, at the first unread one, or at the end; the text under a reader's
// eye never moves; one tab stop, and arrows between messages.
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChatKind, MessageIdText } from '../../chat/views.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { useNow } from '../kit/useNow.ts';
import { useRovingRows } from '../kit/useRovingRows.ts';
import { FloatingDay } from './FloatingDay.tsx';
import { JumpButtons } from './JumpButtons.tsx';
import { MessageRow } from './MessageRow.tsx';
import { didStartMove, messageKey, rowTimeMs, type TimelineRow, unreadKey } from './timelineRows.ts';
import { DayRow, EventRow, UnreadRow } from './TimelineRows.tsx';
import { useSeen } from './useSeen.ts';
import { useStickToEnd } from './useStickToEnd.ts';

/** Older or newer history is fetched when this close to it: a screen or two ahead of the reader. */
const aheadPx = 1200;

export interface TimelineHandle {
  /** False when the message isn't among the rows. */
  show(messageId: MessageIdText): boolean;
  showEnd(): void;
  focus(messageId: MessageIdText): void;
}

export function Timeline(props: {
  ref: Ref<TimelineHandle>;
  rows: readonly TimelineRow[];
  chatKind: ChatKind;
  targetId: MessageIdText | undefined;
  flashingId: MessageIdText | undefined;
  hasOlder: boolean;
  hasNewer: boolean;
  unreadCount: number;
  unreadAtOpening: number;
  onOlder: () => void;
  onNewer: () => void;
  onLatest: () => void;
  onSeen: (messageId: MessageIdText) => void;
}) {
  const { ref, rows, chatKind, targetId, flashingId, hasOlder, hasNewer } = props;
  const { words } = useWords();
  const nowMs = useNow();
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [isPlaced, setIsPlaced] = useState(false);
  const [topMs, setTopMs] = useState<number>();
  const [wasUnreadSeen, setWasUnreadSeen] = useState(false);
  const stick = useStickToEnd(list, rows.length);

  // The rows of the last drawn frame, to tell older history from new messages.
  const drawn = useRef<readonly TimelineRow[]>([]);
  const isStartMoving = didStartMove(drawn.current, rows);
  const unreadIndex = rows.findIndex((row) => row.key === unreadKey);

  const roving = useRovingRows({
    keys: rows.map((row) => row.key),
    canFocus: (index) => rows[index]?.kind === 'message',
    initialIndex: rows.findLastIndex((row) => row.kind === 'message'),
    list,
    container: scroller,
  });

  const lastVisibleIndex = () => {
    const handle = list.current;
    return handle ? handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 12) : -1;
  };
  const reportSeen = useSeen({ rows, lastVisibleIndex, onSeen: props.onSeen });

  function look(): void {
    const handle = list.current;
    if (!handle) return;
    const offset = handle.scrollOffset;
    if (hasOlder && offset < aheadPx) props.onOlder();
    if (hasNewer && handle.scrollSize - offset - handle.viewportSize < aheadPx) props.onNewer();
    const first = handle.findItemIndex(offset + 4);
    const row = rows.slice(first, first + 3).find((candidate) => rowTimeMs(candidate) !== undefined);
    setTopMs(row && rowTimeMs(row));
    if (unreadIndex >= first && unreadIndex <= lastVisibleIndex()) setWasUnreadSeen(true);
    reportSeen();
  }

  // Once, before the first frame: the place to open at.
  useLayoutEffect(() => {
    const target = targetId === undefined ? -1 : rows.findIndex((row) => row.key === messageKey(targetId));
    if (target !== -1) list.current?.scrollToIndex(target, { align: 'center' });
    else if (unreadIndex !== -1) list.current?.scrollToIndex(unreadIndex, { align: 'start', offset: -48 });
    if (target !== -1 || unreadIndex !== -1) stick.letGo();
    else stick.scrollToEnd();
    const frame = requestAnimationFrame(() => requestAnimationFrame(() => setIsPlaced(true)));
    return () => cancelAnimationFrame(frame);
    // oxlint has no say here: it is meant to run for the first rows only.
  }, []);

  useLayoutEffect(() => {
    const before = drawn.current;
    drawn.current = rows;
    if (before.length === 0 || before === rows) return;
    const [lastBefore, last] = [before.at(-1), rows.at(-1)];
    const isNewOwn = last?.kind === 'message' && last.key !== lastBefore?.key && last.message.author.isSelf;
    if (isNewOwn && !hasNewer && last.message.delivery === 'waiting') stick.scrollToEnd();
    else if (!hasNewer) stick.keep();
  }, [rows, hasNewer, stick]);

  useEffect(look, [rows]);

  useImperativeHandle(ref, () => ({
    show(messageId) {
      const index = rows.findIndex((row) => row.key === messageKey(messageId));
      if (index === -1) return false;
      stick.letGo();
      list.current?.scrollToIndex(index, { align: 'center' });
      return true;
    },
    showEnd: stick.scrollToEnd,
    focus(messageId) {
      const index = rows.findIndex((row) => row.key === messageKey(messageId));
      if (index !== -1) roving.focusAt(index);
    },
  }));

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <FloatingDay atMs={topMs} nowMs={nowMs} />
      <div
        ref={scroller}
        onKeyDown={roving.onKeyDown}
        onFocus={roving.onFocus}
        className={`scroller flex min-h-0 flex-1 flex-col pb-2 [overflow-anchor:none] ${isPlaced ? '' : 'opacity-0'}`}
        data-testid="timeline"
      >
        <div className="grow" />
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          as="ol"
          item="li"
          data={rows}
          shift={isStartMoving}
          bufferSize={400}
          keepMounted={roving.activeIndex >= 0 ? [roving.activeIndex] : []}
          onScroll={(offset) => {
            stick.onScroll(offset);
            look();
          }}
          onResize={() => !hasNewer && stick.keep()}
        >
          {(row) => {
            switch (row.kind) {
              case 'day':
                return <DayRow key={row.key} atMs={row.atMs} nowMs={nowMs} />;
              case 'unread':
                return <UnreadRow key={row.key} count={props.unreadAtOpening} />;
              case 'event':
                return <EventRow key={row.key} event={row.event} />;
              case 'message':
                return (
                  <MessageRow
                    key={row.key}
                    rowKey={row.key}
                    message={row.message}
                    chatKind={chatKind}
                    isRunStart={row.isRunStart}
                    isRunEnd={row.isRunEnd}
                    isTabStop={row.key === roving.activeKey}
                    isFlashing={row.message.messageId === flashingId}
                  />
                );
              default:
                return row satisfies never;
            }
          }}
        </Virtualizer>
      </div>
      <JumpButtons
        label={words.conversation.timeline}
        showsLatest={isPlaced && (hasNewer || !stick.isAtEnd)}
        showsUnread={isPlaced && unreadIndex !== -1 && !wasUnreadSeen}
        unreadCount={props.unreadCount}
        onLatest={() => (hasNewer ? props.onLatest() : stick.scrollToEnd())}
        onUnread={() => {
          stick.letGo();
          list.current?.scrollToIndex(unreadIndex, { align: 'start', offset: -48 });
        }}
      />
    </div>
  );
}
