// The door for commands and queries that come from another thread or tab, which may be of another version.
import * as v from 'valibot';
import { maxSeconds } from './fleeting.ts';
import type { Command } from './commands.ts';
import type { Query } from './views.ts';

const text = v.string();
const chatId = text;
const messageId = text;
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxSeconds));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));

const admission = v.variant('kind', [
  v.object({ kind: v.literal('administrator'), token: text }),
  v.object({ kind: v.literal('invitation'), link: text }),
  v.object({ kind: v.literal('open') }),
]);

export const commandSchema: v.GenericSchema<unknown, Command> = v.variant('command', [
  v.object({ command: v.literal('signUp'), name: text, handle: text, admission }),
  v.object({ command: v.literal('inspectInvitation'), link: text }),
  v.object({ command: v.literal('inspectRelay') }),
  v.object({ command: v.literal('acceptInvitation'), link: text }),
  v.object({ command: v.literal('createInvitation') }),
  v.object({ command: v.literal('createNotes') }),
  v.object({
    command: v.literal('sendMessage'),
    chatId,
    messageId,
    text,
    replyTo: v.exactOptional(messageId),
  }),
  v.object({ command: v.literal('setTimer'), chatId, messageId, seconds }),
  v.object({ command: v.literal('editMessage'), chatId, messageId, text }),
  v.object({
    command: v.literal('deleteMessage'),
    chatId,
    messageId,
    scope: v.picklist(['me', 'everyone']),
  }),
  v.object({
    command: v.literal('react'),
    chatId,
    messageId,
    emoji: v.nullable(v.pipe(text, v.maxLength(32))),
  }),
  v.object({ command: v.literal('setDraft'), chatId, text }),
  v.object({
    command: v.literal('setEdit'),
    chatId,
    edit: v.nullable(v.object({ messageId, text })),
  }),
  v.object({ command: v.literal('markRead'), chatId, messageId }),
  v.object({ command: v.literal('setTyping'), chatId, isTyping: v.boolean() }),
  v.object({ command: v.literal('setVisibleChat'), chatId: v.nullable(chatId) }),
  v.object({ command: v.literal('setName'), name: text }),
  v.object({ command: v.literal('checkDevice') }),
]);

const anchor = v.variant('kind', [
  v.object({ kind: v.literal('latest') }),
  v.object({ kind: v.literal('message'), messageId }),
]);
export const querySchema: v.GenericSchema<unknown, Query> = v.variant('query', [
  v.object({ query: v.literal('self') }),
  v.object({ query: v.literal('chats') }),
  v.object({ query: v.literal('chat'), chatId }),
  v.object({ query: v.literal('timeline'), chatId, anchor, before: count, after: count }),
  v.object({ query: v.literal('search'), text, chatId: v.exactOptional(chatId) }),
  v.object({ query: v.literal('link') }),
  v.object({ query: v.literal('room-left') }),
  v.object({ query: v.literal('diagnostics') }),
]);
