// Above the field: which message is being answered or edited, and the way out.
import { markupToPlain } from '../../chat/markup.ts';
import { IconButton } from '../kit/Button.tsx';
import { personName } from '../kit/chatTitle.ts';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { type ComposerMode, textOf } from './composerMode.ts';

export function ModeBar({
  mode,
  onCancel,
}: {
  mode: Exclude<ComposerMode, { kind: 'new' }>;
  onCancel: () => void;
}) {
  const { words } = useWords();
  const isEdit = mode.kind === 'edit';
  const title = isEdit
    ? words.conversation.editing
    : mode.message.author.isSelf
      ? words.conversation.replyingToSelf
      : words.conversation.replyingTo(personName(words, mode.message.author.name));
  return (
    <div className="flex animate-rise items-center gap-2.5 border-b border-line ps-4 pe-1 py-1">
      <Icon name={isEdit ? 'edit' : 'reply'} size={4.5} className="text-accent-ink" />
      <div className="min-w-0 flex-1 border-s-3 border-accent-bright ps-2.5 text-sm">
        <bdi className="block truncate font-semibold text-accent-ink">{title}</bdi>
        <bdi className="block truncate text-muted">
          {markupToPlain(isEdit ? mode.original : textOf(mode.message))}
        </bdi>
      </div>
      <IconButton
        icon="close"
        size={4.5}
        label={isEdit ? words.composer.cancelEdit : words.composer.cancelReply}
        onClick={onCancel}
      />
    </div>
  );
}
