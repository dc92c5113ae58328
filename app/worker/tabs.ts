// One engine for all tabs: the tab whose worker holds the lock runs it, the others hand it their commands. When it dies,
// the lock passes on, and what was not answered is said again: commands carry ids, so nothing happens twice.
import * as v from 'valibot';
import { carryOut } from '../chat/carryOut.ts';
import type { AnswerOf, Command } from '../chat/commands.ts';
import type { Engine } from '../chat/engine.ts';
import type { Ephemeral } from '../chat/ephemeral.ts';
import type { Clock } from '../sync/clock.ts';
import { fail } from '../../shared/protocol/result.ts';
import { tabMessage, type TabMessage } from './messages.ts';

export interface TabsDeps {
  /** Names the lock and the channel: one account of this origin. */
  readonly name: string;
  readonly ephemeral: Ephemeral;
  readonly startEngine: () => Promise<Engine>;
  readonly clock: Pick<Clock, 'after'>;
}
/** An engine that could not start has asked the disk for something that it did not give just then. */
const startAgainMs = 2_000;
/** Commands that wait for an engine; a page that gives more is broken. */
const maxWaiting = 10_000;

export function createTabs({ name, ephemeral, startEngine, clock }: TabsDeps) {
  const tab = crypto.randomUUID();
  const channel = new BroadcastChannel(`convo/${name}`);
  let engine: Engine | undefined;
  let nextId = 1;
  const waiting = new Map<
    number,
    { readonly command: Command; readonly settle: (answer: unknown) => void }
  >();
  const visibleByTab = new Map<string, string | null>();
  const say = (message: TabMessage) => channel.postMessage(message);

  /** Someone is looking at a chat as long as one tab shows it. */
  const merged = (from: string, command: Command): Command => {
    if (command.command !== 'setVisibleChat') return command;
    visibleByTab.delete(from);
    visibleByTab.set(from, command.chatId);
    const chatId = [...visibleByTab.values()].findLast((visible) => visible !== null) ?? null;
    return { command: 'setVisibleChat', chatId };
  };
  const perform = (running: Engine, from: string, command: Command): Promise<unknown> =>
    carryOut(running, merged(from, command));

  const drain = (running: Engine) => {
    for (const [id, { command, settle }] of waiting) {
      waiting.delete(id);
      void perform(running, tab, command).then(settle);
    }
  };

  channel.onmessage = (event: MessageEvent<unknown>) => {
    const parsed = v.safeParse(tabMessage, event.data);
    if (!parsed.success) return;
    const message = parsed.output;
    switch (message.kind) {
      case 'command': {
        if (!engine) return;
        const { tab: from, id } = message;
        void perform(engine, from, message.command).then((answer) =>
          say({ kind: 'answer', tab: from, id, answer }),
        );
        return;
      }
      case 'answer':
        if (message.tab !== tab) return;
        waiting.get(message.id)?.settle(message.answer);
        waiting.delete(message.id);
        return;
      case 'ask-state':
        if (engine) say({ kind: 'state', state: sendable(ephemeral) });
        return;
      case 'state':
        if (!engine) ephemeral.set(message.state);
        return;
      case 'engine-here':
        for (const [id, { command }] of waiting) say({ kind: 'command', tab, id, command });
        return;
      case 'wake':
        engine?.wake();
        return;
      default:
        return message satisfies never;
    }
  };

  const lead = async () => {
    const running = await startEngine();
    engine = running;
    ephemeral.subscribe(() => say({ kind: 'state', state: sendable(ephemeral) }));
    say({ kind: 'engine-here' });
    drain(running);
    // Held until this worker ends.
    await new Promise(() => {});
  };
  /** Where the engine doesn't start here, another tab has its turn first. */
  async function standIn(): Promise<void> {
    try {
      await navigator.locks.request(`convo/${name}/engine`, lead);
    } catch (error) {
      console.error('the engine did not start', error instanceof Error ? error.name : 'unknown');
      clock.after(startAgainMs, () => void standIn());
    }
  }
  void standIn();
  say({ kind: 'ask-state' });

  return {
    isEngineHere: () => engine !== undefined,
    command<C extends Command>(command: C): Promise<AnswerOf<C>> {
      if (engine) return perform(engine, tab, command) as Promise<AnswerOf<C>>;
      if (waiting.size >= maxWaiting) return Promise.resolve(fail('internal'));
      const id = nextId++;
      return new Promise((resolve) => {
        waiting.set(id, { command, settle: (answer) => resolve(answer as AnswerOf<C>) });
        say({ kind: 'command', tab, id, command });
      });
    },
    wake() {
      if (engine) engine.wake();
      else say({ kind: 'wake' });
    },
    /** Each tab hears of it by itself. */
    cutOff: () => engine?.cutOff(),
  };
}

/** A mutable copy, as the message's schema wants it. */
const sendable = (ephemeral: Ephemeral) => {
  const { presence, ...others } = ephemeral.get();
  return {
    ...others,
    presence: Object.fromEntries(
      Object.entries(presence).map(([chat, { online, typing }]) => [
        chat,
        { online: [...online], typing: [...typing] },
      ]),
    ),
  };
};
