// The quickest ways to act on a message, beside its bubble while a mouse or the focus is on it; the mouse goes first, so
// that there is one bar at a time. Everything else is in the menu behind the last one.
import type { MessageView } from '../../chat/views.ts';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { elementAnchor, useRowActions } from './rowActions.ts';

export function HoverBar({ message, isOwn }: { message: MessageView; isOwn: boolean }) {
  const { words } = useWords();
  const actions = useRowActions();
  const canAnswer = message.body.kind === 'text';
  const button = (icon: IconName, label: string, onPress: (element: Element) => void) => (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={(event) => onPress(event.currentTarget)}
      className="flex size-7.5 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-ink"
    >
      <Icon name={icon} size={4.25} />
    </button>
  );
  return (
    <span
      className={`absolute -top-0.5 z-20 hidden animate-appear rounded-full border border-line bg-raised p-0.5 shadow-float hoverable:flex in-[ol:has(article:hover)]:not-in-[article:hover]:hidden! ${isOwn ? 'end-full me-2' : 'start-full ms-2'}`}
    >
      {canAnswer &&
        button('smile', words.actions.react, (element) =>
          actions.openReactions(message, elementAnchor(element)),
        )}
      {canAnswer && button('reply', words.actions.reply, () => actions.reply(message))}
      {button('more', words.actions.menu, (element) => actions.openMenu(message, elementAnchor(element)))}
    </span>
  );
}
