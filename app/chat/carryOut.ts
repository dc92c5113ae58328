// Carries out the screen's commands on the engine. Knows no screen and no tab; a command that comes twice happens once.
import { equalBytes, textToBytes } from '../../shared/codec/bytes.ts';
import { idToText, parseId, type RecordId } from '../../shared/protocol/ids.ts';
import { maxNameBytes, maxTextBytes } from '../../shared/protocol/limits.ts';
import type { SignUpRequest } from '../../shared/protocol/http.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { parseInvitationLink, openInvitationKeys } from '../account/invitation.ts';
import type { SigningPublicKey } from '../../shared/protocol/ids.ts';
import type { StoredChat } from '../storage/models.ts';
import { isQuotaError } from '../storage/quotaError.ts';
import type { Admission, AnswerOf, AnswerByCommand, Command, CommandFailure } from './commands.ts';
import { checkDevice } from './deviceCheck.ts';
import type { Engine } from './engine.ts';
import type { Room } from './room.ts';
import { isSayable } from './sayableName.ts';

type Answer = Result<AnswerByCommand[Command['command']], CommandFailure>;

export const logFailure = (command: Command, error: unknown) =>
  console.error('a command failed', command.command, error instanceof Error ? error.name : 'unknown');

/** @param onFailure hears of what should not have happened. */
export async function carryOut<C extends Command>(
  engine: Engine,
  command: C,
  onFailure: (command: Command, error: unknown) => void = logFailure,
): Promise<AnswerOf<C>> {
  try {
    return (await perform(engine, command)) as AnswerOf<C>;
  } catch (error) {
    if (isQuotaError(error)) {
      engine.onStorageFull();
      return fail('storage-full');
    }
    onFailure(command, error);
    return fail('internal');
  }
}

async function perform(engine: Engine, command: Command): Promise<Answer> {
  switch (command.command) {
    case 'signUp':
      return signUp(engine, command.name.trim(), command.handle, command.admission);
    case 'inspectInvitation':
      return inspect(engine, command.link);
    case 'inspectRelay': {
      const info = await engine.session.relayInfo();
      return info.ok ? ok({ registration: info.value.registration }) : info;
    }
    case 'setVisibleChat':
      await engine.setVisibleChat(command.chatId);
      return ok(null);
    default:
      return performAsMember(engine, command);
  }
}

type MemberCommand = Exclude<
  Command,
  { command: 'signUp' | 'inspectInvitation' | 'inspectRelay' | 'setVisibleChat' }
>;

async function performAsMember(engine: Engine, command: MemberCommand): Promise<Answer> {
  const member = engine.member();
  if (!member) return fail('no-account');
  switch (command.command) {
    case 'acceptInvitation':
      return accept(engine, command.link, false);
    case 'createInvitation':
      return member.contacts.createInvitation();
    case 'createNotes': {
      const existing = (await engine.storage.chats()).find(({ kind }) => kind === 'notes');
      const chat = existing ?? (await member.contacts.startChat([], { kind: 'notes', title: '' }, {}));
      return ok({ chatId: await settle(engine, chat) });
    }
    case 'setName':
      if (!isSayable(command.name)) return fail('not-allowed');
      if (textToBytes(command.name).length > maxNameBytes) return fail('text-too-long');
      await engine.setName(command.name.trim());
      return ok(null);
    case 'checkDevice':
      return ok(await checkDevice(engine));
    default: {
      if (isSaid(command)) await engine.settleTime();
      const done = member.rooms.inRoom(command.chatId, (room) => performInRoom(engine, room, command));
      return (await done) ?? fail('not-found');
    }
  }
}

type RoomCommand = Extract<MemberCommand, { chatId: string }>;
/** What becomes a record, which says its time. */
const isSaid = ({ command }: RoomCommand): boolean =>
  command === 'sendMessage' ||
  command === 'setTimer' ||
  command === 'editMessage' ||
  command === 'deleteMessage' ||
  command === 'react';

async function performInRoom(engine: Engine, room: Room, command: RoomCommand): Promise<Answer> {
  const said = async (done: Promise<boolean>): Promise<Answer> =>
    (await done) ? ok(null) : fail('not-found');
  const isHere = command.command === 'setDraft' || command.command === 'markRead';
  if (room.chat().isRemoved && !isHere && !('scope' in command && command.scope === 'me')) {
    return fail('not-allowed');
  }
  switch (command.command) {
    case 'sendMessage': {
      if (textToBytes(command.text).length > maxTextBytes) return fail('text-too-long');
      const replyTo = command.replyTo === undefined ? undefined : parseId<RecordId>(command.replyTo, 16);
      const { text } = command;
      const { seconds = 0 } = room.chat().timer ?? {};
      const body =
        seconds > 0 ? ({ kind: 'fleeting', text, seconds } as const) : ({ kind: 'message', text } as const);
      const answer = await said(room.say(command.messageId, replyTo ? { ...body, replyTo } : body));
      engine.onFirstMessage();
      return answer;
    }
    case 'setTimer':
      if (command.seconds === (room.chat().timer?.seconds ?? 0)) return ok(null);
      return said(room.say(command.messageId, { kind: 'timer', seconds: command.seconds }));
    case 'setDraft':
      await room.setDraft(command.text);
      return ok(null);
    case 'setEdit':
      await room.setEdit(command.edit ?? undefined);
      return ok(null);
    case 'markRead':
      await room.markRead(command.messageId);
      return ok(null);
    case 'setTyping':
      await room.signal(command.isTyping ? 'typing' : 'stopped');
      return ok(null);
    default:
      return change(engine, room, command);
  }
}

type ChangeCommand = Extract<RoomCommand, { command: 'editMessage' | 'deleteMessage' | 'react' }>;

async function change(engine: Engine, room: Room, command: ChangeCommand): Promise<Answer> {
  const message = await engine.storage.messages.get(command.messageId);
  const target = parseId<RecordId>(command.messageId, 16);
  if (!message || !target || message.chat !== command.chatId) return fail('not-found');
  const self = engine.member()?.identity.user;
  // A line that set a time stays as it is: what is said of it counts nowhere.
  if (message.kind === 'timer' && !('scope' in command && command.scope === 'me')) return fail('not-allowed');
  const isOwn = self !== undefined && message.author === idToText(self);
  const id = engine.newRecordId();
  switch (command.command) {
    case 'editMessage':
      if (!isOwn || message.kind !== 'text') return fail('not-allowed');
      if (textToBytes(command.text).length > maxTextBytes) return fail('text-too-long');
      if (command.text !== message.text) await room.say(id, { kind: 'edit', target, text: command.text });
      return ok(null);
    case 'deleteMessage':
      if (command.scope === 'me') await room.hide(command.messageId);
      else if (!isOwn) return fail('not-allowed');
      else if (message.kind !== 'deleted') await room.say(id, { kind: 'deletion', target });
      return ok(null);
    case 'react':
      if (message.kind === 'deleted') return fail('not-allowed');
      await room.say(id, { kind: 'reaction', target, emoji: command.emoji ?? '' });
      return ok(null);
    default:
      return command satisfies never;
  }
}

async function signUp(engine: Engine, name: string, handle: string, admission: Admission): Promise<Answer> {
  if (!isSayable(name)) return fail('not-allowed');
  if (textToBytes(name).length > maxNameBytes) return fail('text-too-long');
  if (engine.member())
    return admission.kind === 'invitation' ? accept(engine, admission.link, false) : ok({});
  const info = await engine.session.relayInfo();
  if (!info.ok) return info;
  const identity = await engine.identity();
  const request = await admissionRequest(admission, info.value.relayKey, identity.user);
  if (!request) return fail('not-an-invitation');
  const account = await engine.session.signUp(identity, info.value, handle, request);
  if (!account.ok) return account;
  await engine.becomeMember(identity, account.value, name);
  // The account stands from here on; a chat that can't be started now is started when the link is opened again.
  return admission.kind === 'invitation' ? accept(engine, admission.link, true) : ok({});
}

async function admissionRequest(
  admission: Admission,
  relayKey: SigningPublicKey,
  user: Parameters<Awaited<ReturnType<typeof openInvitationKeys>>['claim']>[1],
): Promise<SignUpRequest['admission'] | undefined> {
  if (admission.kind !== 'invitation') return admission;
  const invitation = parseInvitationLink(admission.link);
  if (!invitation) return undefined;
  const keys = await openInvitationKeys(invitation.secret);
  return { kind: 'invitation', invitationId: keys.id, claim: await keys.claim(relayKey, user) };
}

async function accept(engine: Engine, link: string, isClaimed: boolean): Promise<Answer> {
  const member = engine.member();
  if (!member) return fail('no-account');
  const accepted = await member.contacts.accept(link, isClaimed);
  if (!accepted.ok) return accepted;
  if (typeof accepted.value === 'string') return ok({ chatId: accepted.value });
  return ok({ chatId: await settle(engine, accepted.value) });
}

/** A chat that was just started: its room opens, and the relay is told. */
async function settle(engine: Engine, chat: StoredChat): Promise<string> {
  const member = engine.member();
  member?.rooms.add(chat);
  void member?.runTasks();
  return chat.id;
}

async function inspect(engine: Engine, link: string): Promise<Answer> {
  const seen = await engine.inspectInvitation(link);
  if (!seen.ok) return seen;
  const { keys, invitation, name, state, expiresAt } = seen.value;
  const member = engine.member();
  const isOwn = member && equalBytes(invitation.inviter, member.identity.user);
  // A used or expired one is that, whoever asks.
  if (isOwn && state === 'open') return fail('own-invitation');
  const chatId = isOwn ? undefined : await member?.contacts.chatOfInvitation(keys.id, invitation.inviter);
  const inviterId = idToText(invitation.inviter);
  return ok({ inviterId, inviterName: name, state, expiresAtMs: expiresAt, ...(chatId ? { chatId } : {}) });
}
