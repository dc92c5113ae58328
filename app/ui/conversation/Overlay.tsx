// Everything that opens over a conversation for one message, at most one at a time. Loaded when the first is opened.
import type { MessageView } from '../../chat/views.ts';
import { DeleteDialog } from './DeleteDialog.tsx';
import { EmojiPopover } from './EmojiPopover.tsx';
import { InfoDialog } from './InfoDialog.tsx';
import type { MessageAction } from './messageActions.ts';
import { MessageMenu } from './MessageMenu.tsx';
import type { Anchor } from './rowActions.ts';

export type OverlayState =
  | { readonly kind: 'menu'; readonly message: MessageView; readonly anchor: Anchor }
  | {
      readonly kind: 'reactions';
      readonly message: MessageView;
      readonly anchor: Anchor;
      readonly isSmall: boolean;
    }
  | { readonly kind: 'delete'; readonly message: MessageView; readonly scope: 'me' | 'everyone' }
  | { readonly kind: 'info'; readonly message: MessageView };

export function Overlay(props: {
  state: OverlayState;
  open: (state: OverlayState) => void;
  close: () => void;
  focusRow: () => void;
  rowElement: () => HTMLElement | null;
  onAction: (message: MessageView, action: MessageAction) => void;
  onReact: (message: MessageView, emoji: string) => void;
  onDelete: (message: MessageView, scope: 'me' | 'everyone') => void;
}) {
  const { state, open, close, focusRow, rowElement, onAction, onReact, onDelete } = props;
  const { message } = state;
  switch (state.kind) {
    case 'menu':
      return (
        <MessageMenu
          message={message}
          anchor={state.anchor}
          focusRow={focusRow}
          onClose={close}
          onReact={(emoji) => onReact(message, emoji)}
          onAction={(action) => onAction(message, action)}
          onMoreEmoji={() => open({ kind: 'reactions', message, anchor: state.anchor, isSmall: false })}
        />
      );
    case 'reactions':
      return (
        <EmojiPopover
          anchor={state.anchor}
          startsSmall={state.isSmall}
          onPick={(emoji) => onReact(message, emoji)}
          onClose={close}
          finalFocus={rowElement}
        />
      );
    case 'delete':
      return (
        <DeleteDialog
          scope={state.scope}
          onConfirm={() => onDelete(message, state.scope)}
          onClose={close}
          finalFocus={rowElement}
        />
      );
    case 'info':
      return <InfoDialog message={message} onClose={close} finalFocus={rowElement} />;
    default:
      return state satisfies never;
  }
}
