// What could not be done, right above the field, until it is dismissed or something works.
import type { CommandFailure } from '../../chat/commands.ts';
import { IconButton } from '../kit/Button.tsx';
import { Notice } from '../kit/Notice.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export function FailureNotice({ failure, onDismiss }: { failure: CommandFailure; onDismiss: () => void }) {
  const { words } = useWords();
  return (
    <Notice look="danger" icon="warning" role="alert" className="mx-3 mb-1 animate-rise sm:mx-4">
      <span className="flex items-start gap-2">
        <span className="flex-1">{words.failures[failure]}</span>
        <IconButton
          icon="close"
          size={4}
          label={words.dismiss}
          onClick={onDismiss}
          className="-my-2.5 text-current!"
        />
      </span>
    </Notice>
  );
}
