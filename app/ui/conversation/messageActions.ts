// What can be done with a message: one list, whichever way one got to it. Pure.
import type { MessageView } from '../../chat/views.ts';
import type { IconName } from '../kit/Icon.tsx';

export type MessageAction = 'reply' | 'copy' | 'edit' | 'info' | 'deleteForMe' | 'deleteForEveryone';

export const actionIcons: Readonly<Record<MessageAction, IconName>> = {
  reply: 'reply',
  copy: 'copy',
  edit: 'edit',
  info: 'info',
  deleteForMe: 'trash',
  deleteForEveryone: 'trash',
};

export const canReact = (message: MessageView): boolean => message.body.kind === 'text';

export function actionsFor(message: MessageView): readonly MessageAction[] {
  const isText = message.body.kind === 'text';
  const isOwn = message.author.isSelf;
  const actions: MessageAction[] = [];
  if (isText) actions.push('reply', 'copy');
  if (isText && isOwn) actions.push('edit');
  actions.push('info', 'deleteForMe');
  if (isOwn && message.body.kind !== 'deleted') actions.push('deleteForEveryone');
  return actions;
}
