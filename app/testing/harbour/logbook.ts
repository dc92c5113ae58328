// What was said in a run, as those who said it know: with which answer a command came back, and what must therefore stand
// in every timeline. What was under way in a crash may or may not have happened, and is held to neither.

export interface Said<T> {
  readonly value: T;
  /** When it was asked for, in the harbour's time. */
  readonly at: number;
  /** The command was answered with success. */
  isSure: boolean;
}
export interface SaidMessage {
  readonly id: string;
  readonly chat: string;
  /** The author's user id. */
  readonly author: string;
  /** The chat's on its author's device when it was said, or an earlier one. */
  readonly epoch: number;
  readonly replyTo: string | undefined;
  isSure: boolean;
  readonly texts: Said<string>[];
  readonly deletions: Said<true>[];
  readonly reactions: Map<string, Said<string>[]>;
}
export type Logbook = ReturnType<typeof createLogbook>;

export function createLogbook() {
  const messages = new Map<string, SaidMessage>();
  const begun = new Map<string, Set<string>>();
  return {
    /** This chat was on the device of this user. */
    began(chat: string, user: string) {
      begun.set(chat, (begun.get(chat) ?? new Set()).add(user));
    },
    /** Chats that there must be, each with the users whose devices had it. */
    chats(): ReadonlyMap<string, ReadonlySet<string>> {
      const chats = new Map([...begun].map(([chat, users]) => [chat, new Set(users)]));
      for (const { chat, author, isSure } of messages.values()) {
        if (isSure) chats.set(chat, (chats.get(chat) ?? new Set()).add(author));
      }
      return chats;
    },
    messages: (): Iterable<SaidMessage> => messages.values(),
    message: (id: string) => messages.get(id),
    ofChat: (chat: string) => [...messages.values()].filter((message) => message.chat === chat),
    sent(
      said: Pick<SaidMessage, 'id' | 'chat' | 'author' | 'epoch' | 'replyTo'>,
      at: number,
      text: string,
    ): SaidMessage {
      const message: SaidMessage = {
        ...said,
        isSure: false,
        texts: [{ value: text, at, isSure: false }],
        deletions: [],
        reactions: new Map(),
      };
      messages.set(said.id, message);
      return message;
    },
    texts: () => [...messages.values()].flatMap((message) => message.texts.map(({ value }) => value)),
  };
}

/** What the last value may be: the last sure one, or any unsure one after it. `before` stands where nothing is sure. */
export function lastValues<T, B>(said: readonly Said<T>[], before: B): readonly (T | B)[] {
  const lastSure = said.findLastIndex(({ isSure }) => isSure);
  const after = said.slice(lastSure === -1 ? 0 : lastSure).map(({ value }) => value);
  return lastSure === -1 ? [before, ...after] : after;
}
