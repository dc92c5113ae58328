// One row of the timeline, whichever it is.
import type { ChatKind } from '../../chat/views.ts';
import { MessageRow } from './MessageRow.tsx';
import type { TimelineRow } from './timelineRows.ts';
import { DayRow, EventRow, TimerRow, UnreadRow } from './TimelineRows.tsx';

export function TimelineRowView(props: {
  row: TimelineRow;
  chatKind: ChatKind;
  nowMs: number;
  unreadAtOpening: number;
  isTabStop: boolean;
  isFlashing: boolean;
}) {
  const { row, chatKind, nowMs, unreadAtOpening, isTabStop, isFlashing } = props;
  switch (row.kind) {
    case 'day':
      return <DayRow atMs={row.atMs} nowMs={nowMs} />;
    case 'unread':
      return <UnreadRow count={unreadAtOpening} />;
    case 'event':
      return <EventRow event={row.event} chatKind={chatKind} />;
    case 'timer':
      return <TimerRow message={row.message} />;
    case 'message':
      return (
        <MessageRow
          rowKey={row.key}
          message={row.message}
          chatKind={chatKind}
          isRunStart={row.isRunStart}
          isRunEnd={row.isRunEnd}
          isTabStop={isTabStop}
          isFlashing={isFlashing}
        />
      );
    default:
      return row satisfies never;
  }
}
