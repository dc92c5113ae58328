// A person of the harbour with their device: what they do, in words, on the real engine; and what can happen to the
// device. All they say is written into the logbook with the answer that the command got.
import { idToText } from '../../../shared/protocol/ids.ts';
import type { Result } from '../../../shared/protocol/result.ts';
import { peopleOf } from '../../account/storedChats.ts';
import type { Person } from '../../account/userLedgers.ts';
import type { AnswerOf, Command } from '../../chat/commands.ts';
import type { MessageView } from '../../chat/views.ts';
import { bytesToBase64url } from '../../../shared/codec/base64url.ts';
import type { Chance } from './chance.ts';
import { prepareFreshDisk } from './freshDevice.ts';
import { createHeadless, type Headless } from './headless.ts';
import { harbourOrigin } from './harbourRelay.ts';
import type { Lie } from './lie.ts';
import type { Logbook, Said } from './logbook.ts';
import type { MemoryDisk } from './memoryDisk.ts';
import type { Line, Network } from './network.ts';
import type { ClockView, VirtualClock } from './virtualClock.ts';

export interface MemberDeps {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly network: Network;
  readonly disk: MemoryDisk;
  readonly logbook: Logbook;
  /** Faults that no command answers for. */
  readonly onBug: (what: string) => void;
}
interface Life {
  readonly headless: Headless;
  readonly line: Line;
  readonly view: ClockView;
}
export type Member = ReturnType<typeof createMember>;

/** A short voyage meets every boundary. */
const smallLimits = { fullRecords: 16, fullBytes: 24 * 1024, dueEntries: 12, dueBytes: 12 * 1024 };
const dayMs = 24 * 3600_000;
/** Less than anybody has, so that chats are closed and opened all the time. */
const fewChats = 2;
/** Answers that say nothing against the app: what was asked for is not possible just now. */
const harmless: readonly string[] = ['not-found', 'not-allowed', 'offline'];

/** @param diskName the device's database; the same name is the same device. */
export function createMember(deps: MemberDeps, name: string, diskName: string) {
  const { clock, network, logbook, chance } = deps;
  let skewMs = chance.whole(-90_000, 90_000);
  let furthestAheadMs = skewMs;
  let life: Life | undefined;
  let isOffline = false;
  let userId = '';
  let disk = diskName;
  let lie: Lie = {};
  let projection: number | undefined;

  async function open() {
    if (life) return;
    const line = network.createLine(() => lie, name);
    line.setReach(!isOffline);
    const view = clock.view(() => skewMs);
    const headless = await createHeadless({
      name: disk,
      origin: harbourOrigin,
      fetch: line.fetch,
      openSocket: line.openSocket,
      clock: view,
      random: chance.bytes,
      limits: smallLimits,
      maxOpen: fewChats,
      ...(projection ? { projection } : {}),
    });
    life = { headless, line, view };
  }
  const alive = (): Headless => {
    if (!life) throw new Error(`${name} is not open`);
    return life.headless;
  };

  async function command<C extends Command>(given: C): Promise<AnswerOf<C>> {
    const asked = life;
    const answer = await alive().client.command(given);
    if (!answer.ok && life === asked && !harmless.includes(answer.error)) {
      deps.onBug(`${name}: ${given.command} answered ${answer.error}`);
    }
    return answer;
  }
  async function record<T>(said: Said<T> | undefined, given: Command) {
    const answer: Result<unknown, string> = await command(given);
    if (answer.ok && said) said.isSure = true;
    return answer.ok;
  }
  const note = <T>(list: Said<T>[] | undefined, value: T): Said<T> => {
    const said = { value, at: clock.now(), isSure: false };
    list?.push(said);
    return said;
  };

  return {
    name,
    open,
    command,
    headless: alive,
    isOpen: () => life !== undefined,
    isOffline: () => isOffline,
    userId: () => userId,

    async signsUp(admission: Extract<Command, { command: 'signUp' }>['admission'], handle: string) {
      const answer = await clock.until(command({ command: 'signUp', name, handle, admission }));
      if (!answer.ok) throw new Error(`${name} could not sign up: ${answer.error}`);
      const identity = alive().engine.member()?.identity;
      userId = identity ? idToText(identity.user) : '';
      if (answer.value.chatId !== undefined) logbook.began(answer.value.chatId, userId);
      return answer.value.chatId;
    },
    async invites(): Promise<string> {
      const answer = await clock.until(command({ command: 'createInvitation' }));
      if (!answer.ok) throw new Error(`${name} could not invite: ${answer.error}`);
      return answer.value.link;
    },
    /** Starts a group of people whose ledgers this device has, from chats that it shares with them. */
    async startsGroup(others: readonly { userId(): string }[], title: string): Promise<string | undefined> {
      const { engine, storage } = alive();
      const member = engine.member();
      const known = new Map<string, Person>();
      for (const chat of await storage.chats()) {
        for (const person of peopleOf(chat)) known.set(idToText(person.user), person);
      }
      const people = others.flatMap((other) => known.get(other.userId()) ?? []);
      if (!member || people.length < others.length) return undefined;
      const chat = await member.contacts.startChat(people, { kind: 'group', title }, {});
      logbook.began(chat.id, userId);
      member.rooms.add(chat);
      void member.runTasks();
      return chat.id;
    },

    /** Decides a change of a group's members or epoch; the device carries it out when it can. */
    async changes(
      chat: string,
      change: 'add' | 'remove' | 'turn',
      who?: { userId(): string },
      role?: number,
    ) {
      const users = who ? [who.userId()] : [];
      const answer = await alive().engine.member()?.changeMembers(chat, change, users, role);
      return answer?.ok ?? false;
    },
    /** The chat's row on this device. */
    chat: (chatId: string) => alive().storage.chat(chatId),

    /** Sends a message and returns its id at once; it stands in the logbook as sure when the command was answered. */
    says(
      chatId: string,
      text: string,
      replyTo?: string,
    ): { readonly id: string; readonly done: Promise<boolean> } {
      const id = bytesToBase64url(chance.bytes(16));
      const epoch = alive().engine.member()?.rooms.seat(chatId)?.access.context.currentKeys().epoch ?? 0;
      const said = { id, chat: chatId, author: userId, epoch, replyTo };
      const message = logbook.sent(said, clock.now(), text);
      const reply = replyTo === undefined ? {} : { replyTo };
      const done = record(message.texts[0], {
        command: 'sendMessage',
        chatId,
        messageId: id,
        text,
        ...reply,
      });
      return {
        id,
        done: done.then((isDone) => {
          if (isDone) message.isSure = true;
          return isDone;
        }),
      };
    },
    edits(chatId: string, messageId: string, text: string) {
      const said = note(logbook.message(messageId)?.texts, text);
      return record(said, { command: 'editMessage', chatId, messageId, text });
    },
    deletes(chatId: string, messageId: string) {
      const said = note<true>(logbook.message(messageId)?.deletions, true);
      return record(said, { command: 'deleteMessage', chatId, messageId, scope: 'everyone' });
    },
    reacts(chatId: string, messageId: string, emoji: string | null) {
      const { reactions } = logbook.message(messageId) ?? {};
      const own = reactions?.get(userId) ?? [];
      reactions?.set(userId, own);
      return record(note(own, emoji ?? ''), { command: 'react', chatId, messageId, emoji });
    },
    /** How long messages of the chat stay that are said from now on; 0 is for good. */
    setsTimer: (chatId: string, seconds: number) =>
      command({ command: 'setTimer', chatId, messageId: bytesToBase64url(chance.bytes(16)), seconds }),
    types: (chatId: string, isTyping: boolean) => command({ command: 'setTyping', chatId, isTyping }),
    looksAt: (chatId: string | null) => command({ command: 'setVisibleChat', chatId }),
    /** Reads everything that is there. */
    async reads(chatId: string) {
      const asked = life;
      if (
        (
          await alive()
            .storage.chat(chatId)
            .catch(() => undefined)
        )?.unread === 0
      )
        return;
      const timeline = await this.timeline(chatId, 1).catch((error: unknown) => {
        // The app was closed meanwhile.
        if (life === asked) throw error;
        return [];
      });
      const last = timeline.at(-1);
      if (last && life === asked) await command({ command: 'markRead', chatId, messageId: last.messageId });
    },

    /** The newest messages, the oldest first; all of them where it isn't said how many. */
    async timeline(chatId: string, before = 5000): Promise<readonly MessageView[]> {
      const query = { query: 'timeline', chatId, anchor: { kind: 'latest' }, before, after: 0 } as const;
      return (await alive().queries.read(query)).messages;
    },
    async chats(): Promise<readonly string[]> {
      return (await alive().storage.chats()).map((chat) => chat.id);
    },

    /** The network is gone, or back, as seen from this device. */
    setOffline(next: boolean) {
      isOffline = next;
      life?.line.setReach(!next);
      if (!next) life?.headless.engine.wake();
    },
    /** The device's clock is set so far ahead of the others; up to some days either way, where it isn't said. */
    setsClock(aheadMs = chance.whole(-5 * dayMs, 5 * dayMs)) {
      skewMs = aheadMs;
      furthestAheadMs = Math.max(furthestAheadMs, aheadMs);
    },
    /** By how much its clock was ahead of the others when it was so the most. */
    furthestAheadMs: () => furthestAheadMs,
    /** The relay lies to this device from now on; without a lie it is honest again. */
    isLiedTo(told: Lie = {}) {
      lie = told;
    },
    /** Closes the app as a person does. */
    async closes() {
      const closing = life;
      life = undefined;
      await closing?.headless.close();
      closing?.view.stop();
      closing?.line.abandon();
    },
    /** From the next start on, an app whose rows are of this version. */
    isUpdated(to: number) {
      projection = to;
    },
    /** The same person with an empty device, which has only their keys and the list of their chats. This one closes. */
    async becomesFresh() {
      await this.closes();
      const fresh = `${disk}+`;
      await clock.until(prepareFreshDisk(disk, fresh));
      disk = fresh;
      await open();
    },
    /** The process is killed. */
    crashes() {
      const killed = life;
      life = undefined;
      killed?.line.abandon();
      killed?.view.stop();
      deps.disk.tearOff(disk);
      killed?.headless.abandon();
    },
  };
}
