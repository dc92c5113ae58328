// The chats below each other, however many: only those in sight exist.
import { useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChatRowView } from '../../chat/views.ts';
import { useNow } from '../kit/useNow.ts';
import { useRovingRows } from '../kit/useRovingRows.ts';
import { ChatRow } from './ChatRow.tsx';

export function ChatList({ rows, openId }: { rows: readonly ChatRowView[]; openId: string | undefined }) {
  const nowMs = useNow();
  const list = useRef<VirtualizerHandle>(null);
  const container = useRef<HTMLDivElement>(null);
  const openIndex = rows.findIndex((row) => row.chatId === openId);
  const roving = useRovingRows({
    keys: rows.map((row) => row.chatId),
    canFocus: () => true,
    initialIndex: Math.max(0, openIndex),
    list,
    container,
  });
  return (
    <div
      ref={container}
      role="presentation"
      {...roving.handlers}
      // With large letters on a small screen all of the inbox scrolls, rather than leaving the chats no room.
      className="scroller min-h-40 flex-1 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))]"
      data-testid="chat-list"
    >
      <Virtualizer
        ref={list}
        scrollRef={container}
        as="ul"
        item="li"
        data={rows}
        keepMounted={rows.length > 0 ? [roving.activeIndex] : []}
      >
        {(row) => (
          <ChatRow
            key={row.chatId}
            row={row}
            isOpen={row.chatId === openId}
            isTabStop={row.chatId === roving.activeKey}
            nowMs={nowMs}
          />
        )}
      </Virtualizer>
    </div>
  );
}
