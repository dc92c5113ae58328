// What a row can ask of the conversation around it. One stable object, so that rows which are the same render nothing.
import { createContext, useContext } from 'react';
import type { MessageIdText, MessageView } from '../../chat/views.ts';

/** A place on screen that an overlay keeps to. */
export interface Anchor {
  getBoundingClientRect(): DOMRect;
}

export interface RowActions {
  openMenu(message: MessageView, anchor: Anchor): void;
  openReactions(message: MessageView, anchor: Anchor): void;
  reply(message: MessageView): void;
  /** Sets the reaction, or takes back the same one. */
  react(message: MessageView, emoji: string): void;
  goTo(messageId: MessageIdText): void;
  /** Long messages that were opened stay open while the chat is. */
  readonly openedIds: Set<MessageIdText>;
}

const RowActionsContext = createContext<RowActions | undefined>(undefined);
export const RowActionsProvider = RowActionsContext.Provider;

export function useRowActions(): RowActions {
  const actions = useContext(RowActionsContext);
  if (!actions) throw new Error('a row was rendered outside of a conversation');
  return actions;
}

export const pointAnchor = (x: number, y: number): Anchor => ({
  getBoundingClientRect: () => new DOMRect(x, y, 0, 0),
});

export function elementAnchor(element: Element): Anchor {
  // As it is now: the row may be redrawn, or scroll out of existence, while the overlay is open.
  const rect = element.getBoundingClientRect();
  return { getBoundingClientRect: () => rect };
}
