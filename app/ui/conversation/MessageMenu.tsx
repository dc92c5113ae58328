// The menu of a message: a row of reactions, then everything else. Opened by mouse, finger or key, always the same.
import { Menu } from '@base-ui/react/menu';
import { useRef } from 'react';
import type { MessageView } from '../../chat/views.ts';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { quickReactions } from '../kit/words/emoji.en.ts';
import { actionIcons, actionsFor, canReact, type MessageAction } from './messageActions.ts';
import type { Anchor } from './rowActions.ts';

export function MessageMenu(props: {
  message: MessageView;
  anchor: Anchor;
  onAction: (action: MessageAction) => void;
  onReact: (emoji: string) => void;
  onMoreEmoji: () => void;
  onClose: () => void;
  /** Where the focus goes when nothing else takes it. */
  focusRow: () => void;
}) {
  const { message, anchor, onAction, onReact, onMoreEmoji, onClose, focusRow } = props;
  const { words } = useWords();
  const leadsAway = useRef(false);
  const own = message.reactions.find((reaction) => reaction.isOwn)?.emoji;
  /** What opens something else, or leads to the field, takes the focus along. */
  const lead = (action: () => void) => () => {
    leadsAway.current = true;
    action();
  };
  return (
    <Menu.Root
      open
      onOpenChange={(isOpen) => {
        if (isOpen) return;
        onClose();
        if (!leadsAway.current) requestAnimationFrame(focusRow);
      }}
    >
      <Menu.Portal>
        <Menu.Positioner
          anchor={anchor}
          align="start"
          side="bottom"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Menu.Popup
            finalFocus={false}
            aria-label={words.actions.menu}
            className="w-60 origin-(--transform-origin) animate-appear rounded-md border border-line bg-raised p-1.5 shadow-dialog outline-none"
          >
            {canReact(message) && (
              <Menu.Group className="mb-1.5 flex flex-wrap border-b border-line pb-1.5">
                <Menu.GroupLabel className="spoken">{words.actions.react}</Menu.GroupLabel>
                {quickReactions.map((emoji) => (
                  <Menu.Item
                    key={emoji}
                    aria-label={
                      emoji === own
                        ? words.conversation.reactionRemove(emoji)
                        : words.conversation.reactionAdd(emoji)
                    }
                    onClick={() => onReact(emoji)}
                    className={`flex size-8 cursor-pointer items-center justify-center rounded-full text-xl outline-none data-highlighted:bg-hover data-highlighted:ring-2 data-highlighted:ring-accent-bright ${emoji === own ? 'bg-accent-tint-strong' : ''}`}
                  >
                    {emoji}
                  </Menu.Item>
                ))}
                <Menu.Item
                  aria-label={words.actions.moreEmoji}
                  onClick={lead(onMoreEmoji)}
                  className="flex size-8 cursor-pointer items-center justify-center rounded-full text-muted outline-none data-highlighted:bg-hover data-highlighted:ring-2 data-highlighted:ring-accent-bright"
                >
                  <Icon name="plus" />
                </Menu.Item>
              </Menu.Group>
            )}
            {actionsFor(message).map((action) => {
              const isDanger = action === 'deleteForEveryone' || action === 'deleteForMe';
              return (
                <Menu.Item
                  key={action}
                  onClick={action === 'copy' ? () => onAction(action) : lead(() => onAction(action))}
                  className={`flex min-h-10 cursor-pointer items-center gap-3 rounded-sm px-2.5 outline-none coarse:min-h-11 ${isDanger ? 'text-danger-ink data-highlighted:bg-danger-tint' : 'data-highlighted:bg-hover'}`}
                >
                  <Icon name={actionIcons[action]} size={4.75} className={isDanger ? '' : 'text-muted'} />
                  {words.actions[action]}
                </Menu.Item>
              );
            })}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
