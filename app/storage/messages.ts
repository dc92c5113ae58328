// The message table, read: windows of a chat's timeline, unread ones, and search by keyed terms.
import { messageSecret, type MessageSecret, type StoredMessage } from './models.ts';
import type { OpenedRows } from './openedRows.ts';
import { read } from './reading.ts';
import type { RowSeal } from './rowSeal.ts';
import type { ConvoDatabase, MessageRow } from './schema.ts';

export interface Place {
  readonly at: number;
  readonly id: string;
}
export interface Messages {
  get(id: string): Promise<StoredMessage | undefined>;
  many(ids: readonly string[]): Promise<ReadonlyMap<string, StoredMessage>>;
  /** Rows that were read elsewhere, as far as they can be opened. */
  open(rows: readonly MessageRow[]): Promise<readonly StoredMessage[]>;
  /** At most `limit` before (not at) the place, or the newest; the oldest first. */
  before(chat: string, place: Place | undefined, limit: number): Promise<readonly StoredMessage[]>;
  /** At most `limit` from the place on, itself included; the oldest first. */
  from(chat: string, place: Place, limit: number): Promise<readonly StoredMessage[]>;
  /** Unread ones up to `at`, the oldest first. */
  unread(chat: string, until?: number): Promise<readonly StoredMessage[]>;
  unreadCount(chat: string): Promise<number>;
  firstUnread(chat: string): Promise<string | undefined>;
  /** Messages that have, for each of the terms, a word that is it or begins with it, the newest first. */
  search(
    terms: readonly number[],
    chat: string | undefined,
    limit: number,
  ): Promise<readonly StoredMessage[]>;
}

/** Of a row that was found by it. */
const placeOf = (row: MessageRow | undefined): Place | undefined => row && { id: row.id, at: row.at ?? 0 };
const lowest: Place = { at: -Infinity, id: '' };
const highest: Place = { at: Infinity, id: '' };

/** A short beginning leads to many words, and these to most of what was ever said: not all of it is held at once. */
const wordsAtOnce = 8;

const unreadIndex = '[chat+unread+at]';
const unreadIn = (chat: string, until = Infinity) =>
  IDBKeyRange.bound([chat, 1, -Infinity], [chat, 1, until]);

/**
 * Rows that are not hidden, at most `limit`. Few are hidden: a stretch is read in one go, and left out are those after
 * the reading; a filter would have the disk asked row by row.
 * @param read at most `count` rows beyond the last one.
 */
async function shownRows(
  limit: number,
  read: (last: MessageRow | undefined, count: number) => Promise<readonly MessageRow[]>,
): Promise<MessageRow[]> {
  const shown: MessageRow[] = [];
  let last: MessageRow | undefined;
  for (let count = limit; ; count *= 2) {
    const rows = await read(last, count);
    shown.push(...rows.filter((row) => row.hidden === 0));
    if (shown.length >= limit || rows.length < count) return shown.slice(0, limit);
    last = rows.at(-1);
  }
}

export function createMessages(
  database: ConvoDatabase,
  seal: RowSeal,
  opened: OpenedRows<MessageSecret>,
): Messages {
  const open = async (row: MessageRow | undefined): Promise<StoredMessage | undefined> => {
    const secret =
      row &&
      (await opened.take(row.id, row.sealed, () => seal.open(messageSecret, 'messages', row.id, row.sealed)));
    if (!secret) return undefined;
    const { id, chat, goneAt = 0, at = goneAt, unread, hidden, device, sequence, segment = 0, terms } = row;
    return {
      ...secret,
      id,
      chat,
      at,
      isUnread: unread === 1,
      isHidden: hidden === 1,
      device,
      sequence,
      segment,
      terms,
    };
  };
  const openAll = async (rows: readonly MessageRow[]) =>
    (await Promise.all(rows.map(open))).filter((message) => message !== undefined);
  const between = (chat: string, from: Place, to: Place, includesFrom: boolean) =>
    database.messages
      .where('[chat+at+id]')
      .between([chat, from.at, from.id], [chat, to.at, to.id], includesFrom, false);

  return {
    get: async (id) => open(await read([database.messages], (reading) => reading.row(database.messages, id))),
    async many(ids) {
      if (ids.length === 0) return new Map();
      const rows = await read([database.messages], (reading) => reading.rows(database.messages, ids));
      return new Map((await openAll(rows)).map((message) => [message.id, message]));
    },
    open: openAll,
    async before(chat, place, limit) {
      const rows = await shownRows(limit, (last, count) =>
        between(chat, lowest, placeOf(last) ?? place ?? highest, true)
          .reverse()
          .limit(count)
          .toArray(),
      );
      return openAll(rows.reverse());
    },
    async from(chat, place, limit) {
      const rows = await shownRows(limit, (last, count) =>
        between(chat, placeOf(last) ?? place, highest, last === undefined)
          .limit(count)
          .toArray(),
      );
      return openAll(rows);
    },
    async unread(chat, until) {
      const all = unreadIn(chat, until);
      return openAll(
        await read([database.messages], (reading) => reading.by(database.messages, unreadIndex, [all])),
      );
    },
    unreadCount: (chat) =>
      read([database.messages], (reading) => reading.count(database.messages, unreadIndex, unreadIn(chat))),
    firstUnread: (chat) =>
      read([database.messages], (reading) =>
        reading.firstKey(database.messages, unreadIndex, unreadIn(chat)),
      ),
    async search(terms, chat, limit) {
      // The longest term is the rarest: look that one up, and let the others filter what it finds.
      const [rarest, ...others] = await read([database.words], (reading) =>
        Promise.all(
          terms.map(async (term) => [term, ...(await reading.keysBy(database.words, 'beginnings', term))]),
        ),
      );
      if (rarest === undefined) return [];
      const wanted = others.map((words) => new Set(words));
      const isHit = (row: MessageRow) =>
        row.hidden === 0 &&
        (chat === undefined || row.chat === chat) &&
        wanted.every((words) => row.terms.some((term) => words.has(term)));
      let newest: readonly MessageRow[] = [];
      for (let from = 0; from < rarest.length; from += wordsAtOnce) {
        const words = rarest.slice(from, from + wordsAtOnce);
        const found = await read([database.messages], (reading) =>
          reading.by(database.messages, 'terms', words),
        );
        const hits = new Map([...newest, ...found.filter(isHit)].map((row) => [row.id, row]));
        newest = [...hits.values()].toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0)).slice(0, limit);
      }
      return openAll(newest);
    },
  };
}
