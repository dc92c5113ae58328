// The messages below each other. Opens at a message, at the first unread one, or at the end; the text under a reader's
// eye never moves; one tab stop, and arrows between messages.
import {
  type Ref,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChatKind, MessageIdText } from '../../chat/views.ts';
import { useNow } from '../kit/useNow.ts';
import { useRovingRows } from '../kit/useRovingRows.ts';
import { FloatingDay } from './FloatingDay.tsx';
import { JumpButtons } from './JumpButtons.tsx';
import { didStartMove, endOfPage, messageKey, type TimelineRow, unreadKey } from './timelineRows.ts';
import { TimelineRowView } from './TimelineRowView.tsx';
import type { End } from './timelineWindow.ts';
import { useSeen } from './useSeen.ts';
import { useStickToEnd } from './useStickToEnd.ts';
import { useTopDay } from './useTopDay.ts';

/** Older or newer history is fetched when this close to it: a screen or two ahead of the reader. */
const aheadPx = 1200;
/** Rows this far out of sight are drawn already. Who leaps further than a screen at once sees none of these. */
const bufferPx = 200;
/** Rows that stay visible above the place that one jumps to. */
const aboveUnreadPx = 56;

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
  /** There are more rows than have to be. */
  isLong: boolean;
  /** More rows are wanted at this end, or fewer will do. */
  onGrow: (at: End) => void;
  onTrim: (at: End) => void;
  onLatest: () => void;
  onSeen: (messageId: MessageIdText) => void;
}) {
  const { ref, rows, chatKind, targetId, flashingId, hasOlder, hasNewer } = props;
  const nowMs = useNow();
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [isPlaced, setIsPlaced] = useState(false);
  const [isLeaping, setIsLeaping] = useState(false);
  const lastOffset = useRef(0);
  const [wasUnreadSeen, setWasUnreadSeen] = useState(false);
  const stick = useStickToEnd(scroller, !hasNewer);
  const top = useTopDay();

  // Whether the last change of the rows was at their start: older history, not new messages.
  const [drawn, setDrawn] = useState({ rows, isStartMoving: false });
  if (drawn.rows !== rows) setDrawn({ rows, isStartMoving: didStartMove(drawn.rows, rows) });

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

  function goTo(index: number, align: 'center' | 'start'): void {
    stick.letGo();
    list.current?.scrollToIndex(index, align === 'start' ? { align, offset: -aboveUnreadPx } : { align });
    // The place may be at the end already, and then nothing scrolls that could tell so.
    requestAnimationFrame(stick.settle);
  }

  /** What follows from what is in sight now. */
  function look(): void {
    const handle = list.current;
    if (!handle || !isPlaced) return;
    const offset = handle.scrollOffset;
    const first = handle.findItemIndex(offset + 4);
    const last = lastVisibleIndex();
    const belowPx = handle.scrollSize - offset - handle.viewportSize;
    const isHeld = stick.isHeld();
    const farEnd: End = isHeld || first > rows.length - 1 - last ? 'older' : 'newer';
    // What goes above the reader needs as much below: where the list becomes too short, the browser moves it first. Who
    // follows the end is brought back there anyway.
    const canTrim = isHeld || farEnd === 'newer' || belowPx > handle.getItemOffset(endOfPage(rows));
    // The list can follow changes at one end only: less at one end first, then more at the other.
    if (props.isLong && canTrim) props.onTrim(farEnd);
    else if (hasOlder && offset < aheadPx) props.onGrow('older');
    else if (hasNewer && belowPx < aheadPx) props.onGrow('newer');
    top.see(rows, first);
    if (unreadIndex >= first && unreadIndex <= last) setWasUnreadSeen(true);
    reportSeen();
  }
  const onLook = useEffectEvent((_rows: readonly TimelineRow[], _isPlaced: boolean) => look());

  const place = useEffectEvent(() => {
    const target = targetId === undefined ? -1 : rows.findIndex((row) => row.key === messageKey(targetId));
    if (target !== -1) goTo(target, 'center');
    else if (unreadIndex !== -1) goTo(unreadIndex, 'start');
    else stick.scrollToEnd();
  });
  useLayoutEffect(() => {
    place();
    // Rows get their real sizes in the first frames; until then the list is there, but not seen.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setIsPlaced(true));
    });
    return () => cancelAnimationFrame(frame);
  }, []);

  const lastKey = useRef(rows.at(-1)?.key);
  const follow = useEffectEvent((now: readonly TimelineRow[]) => {
    const last = now.at(-1);
    const isNew = last?.key !== lastKey.current;
    lastKey.current = last?.key;
    if (hasNewer || !last) return;
    // Its time may be another than this device's clock says.
    const isJustSent =
      last.kind === 'message' &&
      last.message.author.isSelf &&
      (last.message.delivery === 'waiting' || Date.now() - last.message.sentAtMs < 5000);
    if (isNew && isJustSent) stick.scrollToEnd();
    else stick.keep();
  });
  useLayoutEffect(() => follow(rows), [rows]);
  useEffect(() => onLook(rows, isPlaced), [rows, isPlaced]);

  useImperativeHandle(ref, () => ({
    show(messageId) {
      const index = rows.findIndex((row) => row.key === messageKey(messageId));
      if (index !== -1) goTo(index, 'center');
      return index !== -1;
    },
    showEnd: stick.scrollToEnd,
    focus(messageId) {
      const index = rows.findIndex((row) => row.key === messageKey(messageId));
      if (index !== -1) roving.focusAt(index);
    },
  }));

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <FloatingDay atMs={top.atMs} nowMs={nowMs} isShown={isPlaced && top.isMoving} />
      <div
        ref={scroller}
        role="presentation"
        {...roving.handlers}
        {...top.handlers}
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
          shift={drawn.isStartMoving}
          bufferSize={isLeaping ? 0 : bufferPx}
          keepMounted={roving.activeIndex >= 0 ? [roving.activeIndex] : []}
          onScroll={(offset) => {
            const viewportPx = list.current?.viewportSize ?? 0;
            if (Math.abs(offset - lastOffset.current) > viewportPx) setIsLeaping(true);
            lastOffset.current = offset;
            stick.settle();
            top.scrolled();
            look();
          }}
          onScrollEnd={() => setIsLeaping(false)}
        >
          {(row) => (
            <TimelineRowView
              key={row.key}
              row={row}
              chatKind={chatKind}
              nowMs={nowMs}
              unreadAtOpening={props.unreadAtOpening}
              isTabStop={row.key === roving.activeKey}
              isFlashing={row.kind === 'message' && row.message.messageId === flashingId}
            />
          )}
        </Virtualizer>
      </div>
      <JumpButtons
        showsLatest={isPlaced && (hasNewer || !stick.isAtEnd)}
        showsUnread={isPlaced && unreadIndex !== -1 && !wasUnreadSeen}
        unreadCount={props.unreadCount}
        onLatest={() => (hasNewer ? props.onLatest() : stick.scrollToEnd())}
        onUnread={() => goTo(unreadIndex, 'start')}
      />
    </div>
  );
}
