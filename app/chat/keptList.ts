// The list of chats as it was last shown, kept as one sealed row: after a start it is there before the chats themselves
// have been opened, and gives way to what they say. It never outlives what was deleted (`storage/batch.ts`).
import * as v from 'valibot';
import { keptListId } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import type { ChatClient } from './client.ts';
import type { ChatRowView, Query, SelfView, ViewOf } from './views.ts';

/** While much happens it is written now and then, not each time. */
const restMs = 1000;

const listSchema = v.array(
  v.object({
    chatId: v.string(),
    kind: v.picklist(['notes', 'direct', 'group']),
    title: v.string(),
    avatarSeed: v.string(),
    preview: v.exactOptional(
      v.object({
        kind: v.picklist(['text', 'deleted', 'unsupported', 'timer']),
        text: v.string(),
        seconds: v.exactOptional(v.number()),
        isOwn: v.boolean(),
        senderName: v.string(),
        delivery: v.exactOptional(v.picklist(['waiting', 'sent', 'delivered', 'read'])),
      }),
    ),
    draft: v.string(),
    atMs: v.number(),
    unreadCount: v.number(),
    typingNames: v.array(v.string()),
    isCatchingUp: v.optional(v.boolean(), false),
  }),
);
type Rows = readonly ChatRowView[];

/** Nobody types before anything was heard, and what is to be gone may be gone by the next start. */
const atRest = (rows: Rows): Rows =>
  rows.map(({ preview, ...row }) => ({
    ...row,
    ...(preview && preview.goneAtMs === undefined ? { preview } : {}),
    typingNames: [],
  }));

/**
 * The client, with a list that is there at once.
 * @param shown the first screen stands: until then nothing else is read that could hold it up.
 */
export function withKeptList(client: ChatClient, storage: Storage, shown: Promise<void>): ChatClient {
  let written: string | undefined;
  let waiting: Rows | undefined;
  let isResting = false;
  /** The list as it was kept has been given out, or there is none. */
  let first: Promise<unknown> = Promise.resolve();

  /** Undefined also where another version of the app kept it: it is no more than a head start. */
  async function read(): Promise<Rows | undefined> {
    const kept = await storage.setting(keptListId, v.unknown()).catch(() => undefined);
    const rows = v.safeParse(listSchema, kept);
    if (!rows.success) return undefined;
    written = JSON.stringify(rows.output);
    return rows.output;
  }
  function keep(rows: Rows) {
    waiting = rows;
    if (isResting) return;
    isResting = true;
    setTimeout(() => {
      isResting = false;
      if (waiting) keep(waiting);
    }, restMs);
    void write(atRest(rows));
  }
  async function write(rows: Rows) {
    waiting = undefined;
    const text = JSON.stringify(rows);
    if (text === written) return;
    written = text;
    // Where the disk is full the next start takes its time.
    await storage
      .batch()
      .putSetting(keptListId, rows)
      .commit()
      .catch(() => {});
  }
  function watchList(onChange: (rows: Rows) => void) {
    let stop = () => {};
    let isStopped = false;
    const kept = read().then((rows) => {
      if (rows && !isStopped) onChange(rows);
      return rows;
    });
    first = kept;
    void kept.then(async (rows) => {
      if (rows) await shown;
      if (isStopped) return;
      stop = client.watch({ query: 'chats' }, (fresh) => {
        keep(fresh);
        onChange(fresh);
      });
    });
    return () => {
      isStopped = true;
      stop();
    };
  }
  /** Whose list it is comes behind it: with that a screen is drawn, and so it is drawn once, with the list. */
  function watchSelf(onChange: (self: SelfView) => void) {
    let isStopped = false;
    const stop = client.watch({ query: 'self' }, (self) => {
      void first.then(() => isStopped || onChange(self));
    });
    return () => {
      isStopped = true;
      stop();
    };
  }

  return {
    command: client.command,
    watch<Q extends Query>(query: Q, onChange: (view: ViewOf<Q>) => void) {
      if (query.query === 'chats') return watchList((rows) => onChange(rows as ViewOf<Q>));
      if (query.query === 'self') return watchSelf((self) => onChange(self as ViewOf<Q>));
      return client.watch(query, onChange);
    },
  };
}
