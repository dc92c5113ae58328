// What page and worker say to each other, and what the workers of several tabs say among themselves. All of it is parsed
// where it arrives.
import * as v from 'valibot';
import { commandSchema, querySchema } from '../chat/commandSchema.ts';

const id = v.pipe(v.number(), v.integer());

/** Page to worker. */
export const pageMessage = v.variant('kind', [
  v.object({ kind: v.literal('watch'), id, query: querySchema }),
  v.object({ kind: v.literal('unwatch'), id }),
  v.object({ kind: v.literal('command'), id, command: commandSchema }),
  /** The first screen stands: the heavy half may be loaded. */
  v.object({ kind: v.literal('painted') }),
  /** The network or the page is back. */
  v.object({ kind: v.literal('wake') }),
  /** The network is gone. */
  v.object({ kind: v.literal('cut-off') }),
  /** What the browser answered to keeping the data. */
  v.object({ kind: v.literal('persistent'), isPersistent: v.boolean() }),
]);
export type PageMessage = v.InferOutput<typeof pageMessage>;

/** Worker to page. Views and answers are of the page's own build: their types are given by what was asked. */
export const workerMessage = v.variant('kind', [
  v.object({ kind: v.literal('view'), id, view: v.unknown() }),
  v.object({ kind: v.literal('answer'), id, answer: v.unknown() }),
  /** A first message was sent: ask the browser to keep the data. */
  v.object({ kind: v.literal('ask-persistence') }),
  /** The storage can't be opened. */
  v.object({ kind: v.literal('failed'), reason: v.string() }),
]);
export type WorkerMessage = v.InferOutput<typeof workerMessage>;

const linkState = v.picklist(['online', 'connecting', 'offline', 'refused']);
/** Worker to worker. */
export const tabMessage = v.variant('kind', [
  v.object({ kind: v.literal('command'), tab: v.string(), id, command: commandSchema }),
  v.object({ kind: v.literal('answer'), tab: v.string(), id, answer: v.unknown() }),
  /** A tab that runs no engine wants to know how things are. */
  v.object({ kind: v.literal('ask-state') }),
  v.object({
    kind: v.literal('state'),
    state: v.object({
      link: v.object({ state: linkState, sinceMs: v.number() }),
      presence: v.record(v.string(), v.object({ online: v.array(v.string()), typing: v.array(v.string()) })),
      isRelayFull: v.boolean(),
      isStorageNearlyFull: v.boolean(),
    }),
  }),
  /** This tab runs the engine from now on: say again what was not answered. */
  v.object({ kind: v.literal('engine-here') }),
  v.object({ kind: v.literal('wake') }),
]);
export type TabMessage = v.InferOutput<typeof tabMessage>;
