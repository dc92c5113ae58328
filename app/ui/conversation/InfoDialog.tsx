// The facts of one message: when, by whom, whether its signature is checked, and who has it.
import type { MessageView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { personName } from '../kit/chatTitle.ts';
import { Dialog } from '../kit/Dialog.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { Ticks } from '../kit/Ticks.tsx';

export function InfoDialog(props: {
  message: MessageView;
  onClose: () => void;
  finalFocus: () => HTMLElement | null;
}) {
  const { message, onClose, finalFocus } = props;
  const { words, formats } = useWords();
  const { info } = words;
  return (
    <Dialog title={info.title} onClose={onClose} finalFocus={finalFocus}>
      <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-5 gap-y-2 text-sm">
        <dt className="text-muted">{info.from}</dt>
        <dd>
          <bdi>{message.author.isSelf ? words.you : personName(words, message.author.name)}</bdi>
        </dd>
        <dt className="text-muted">{info.sentAt}</dt>
        <dd>{formats.full(message.sentAtMs)}</dd>
        {message.goneAtMs !== undefined && (
          <>
            <dt className="text-muted">{info.goneAt}</dt>
            <dd>{formats.full(message.goneAtMs)}</dd>
          </>
        )}
      </dl>
      <p
        className={`mt-3 flex items-center gap-2 text-sm ${message.isVerified ? 'text-good' : 'text-warn-ink'}`}
      >
        <Icon name={message.isVerified ? 'shield' : 'warning'} size={4.5} />
        {message.isVerified ? info.verified : info.unverified}
      </p>
      {message.receipts && message.receipts.length > 0 && (
        <>
          <h3 className="mt-5 mb-1 text-sm font-semibold">{info.receipts}</h3>
          <ul>
            {message.receipts.map(({ person, state }) => (
              <li key={person.userId} className="flex min-h-12 items-center gap-3">
                <Avatar seed={person.userId} name={person.name} size="sm" />
                <bdi className="min-w-0 flex-1 truncate">{personName(words, person.name)}</bdi>
                <span className="flex items-center gap-1.5 text-sm text-muted">
                  <span aria-hidden="true">{words.delivery[state]}</span>
                  <Ticks state={state} on="surface" />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
