// What the field is for right now.
import type { MessageIdText, MessageView } from '../../chat/views.ts';

export type ComposerMode =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly message: MessageView }
  | {
      readonly kind: 'edit';
      readonly messageId: MessageIdText;
      readonly original: string;
      /** What the field begins with: the original, or what was kept of an edit that was under way. */
      readonly text: string;
    };

export const textOf = (message: MessageView): string =>
  message.body.kind === 'text' ? message.body.text : '';

export function editOf(message: MessageView): ComposerMode {
  const original = textOf(message);
  return { kind: 'edit', messageId: message.messageId, original, text: original };
}
