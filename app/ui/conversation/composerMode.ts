// What the field is for right now.
import type { MessageView } from '../../chat/views.ts';

export type ComposerMode =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly message: MessageView }
  | { readonly kind: 'edit'; readonly message: MessageView };

export const textOf = (message: MessageView): string =>
  message.body.kind === 'text' ? message.body.text : '';
