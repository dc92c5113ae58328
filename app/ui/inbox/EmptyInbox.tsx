// No chat in the list: because there is none yet, or because the filter lets none through.
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { CommandFailure } from '../../chat/commands.ts';
import { Button } from '../kit/Button.tsx';
import { chatPath } from '../kit/chatTitle.ts';
import { EmptyState } from '../kit/EmptyState.tsx';
import { fromInside } from '../kit/leaveTo.ts';
import { Notice } from '../kit/Notice.tsx';
import { useClient, useWords } from '../kit/Surroundings.tsx';
import type { ChatFilter } from './chatOrder.ts';

export function NoChats() {
  const { words } = useWords();
  const client = useClient();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<CommandFailure>();

  async function writeNote(): Promise<void> {
    const answer = await client.command({ command: 'createNotes' });
    if (answer.ok) navigate(chatPath(answer.value.chatId), { state: fromInside });
    else setFailure(answer.error);
  }

  return (
    <div className="scroller flex flex-1">
      <EmptyState icon="compose" title={words.inbox.emptyTitle} sentence={words.inbox.emptySentence}>
        <Button icon="invite" onClick={() => navigate('/invite', { state: fromInside })}>
          {words.inbox.invite}
        </Button>
        <Button look="quiet" icon="bookmark" onClick={() => void writeNote()}>
          {words.inbox.writeNote}
        </Button>
        {failure !== undefined && (
          <Notice look="danger" icon="warning" role="alert">
            {words.failures[failure]}
          </Notice>
        )}
      </EmptyState>
    </div>
  );
}

export function FilteredToNothing({ filter, onShowAll }: { filter: ChatFilter; onShowAll: () => void }) {
  const { words } = useWords();
  return (
    <div className="scroller flex flex-1">
      <EmptyState
        icon={filter === 'groups' ? 'group' : 'check'}
        title={filter === 'groups' ? words.inbox.noGroups : words.inbox.nothingUnread}
      >
        <Button look="quiet" onClick={onShowAll}>
          {words.inbox.showAll}
        </Button>
      </EmptyState>
    </div>
  );
}
