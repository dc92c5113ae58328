// One person's browser in the leak test: gives the app commands, waits until a view is as it should be, and tells what
// was drawn and what lies on the disk.
import type { BrowserContext } from '@playwright/test';
import { parseBase64url } from '../../../shared/codec/base64url.ts';
import type { AnswerByCommand, Command } from '../../chat/commands.ts';
import type { Query, ViewOf } from '../../chat/views.ts';
import type { Captured } from './capture.ts';
import type { Leaf } from './page/dumpDevice.ts';
import type { Hay } from './search.ts';

export interface Device {
  /** Throws when the command fails. */
  command<C extends Command>(command: C): Promise<AnswerByCommand[C['command']]>;
  /** The first view for which `isDone` holds. Throws, with the last view, when it takes too long. */
  until<Q extends Query>(query: Q, isDone: (view: ViewOf<Q>) => boolean): Promise<ViewOf<Q>>;
  /** Loads the page again: a new worker and engine on the same disk. */
  restart(): Promise<void>;
  /** Of all starts so far. */
  captured(): Promise<readonly Captured[]>;
  dump(): Promise<DeviceDump>;
  /** What page and worker wrote to the console. */
  console(): Hay;
}
export interface DeviceDump {
  readonly hays: readonly Hay[];
  /** Keys that the platform keeps, by place: whether they could be read out. */
  readonly keys: readonly { readonly place: string; readonly isExtractable: boolean }[];
}

/** Many times what any step takes on a busy machine. */
const patienceMs = 20_000;

const bytesOf = (text: string): Uint8Array => parseBase64url(text) ?? new Uint8Array(0);

export async function openDevice(context: BrowserContext, name: string, origin: string): Promise<Device> {
  const page = context.pages()[0] ?? (await context.newPage());
  const listeners = new Map<number, (view: unknown) => void>();
  const lines: string[] = [];
  const capturedBefore: Captured[] = [];
  let nextId = 1;
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => lines.push(`an error of the page: ${error.stack ?? error.message}`));
  await page.exposeFunction('tellView', (id: number, view: unknown) => listeners.get(id)?.(view));
  await page.goto(origin);
  const capturedNow = async (): Promise<readonly Captured[]> => {
    const captured = await page.evaluate(() => globalThis.leakPage.captured());
    return captured.map(({ source, label, bytes }) => ({ source, label, bytes: bytesOf(bytes) }));
  };
  const dumpOf = (leaves: readonly Leaf[]): DeviceDump => ({
    hays: leaves.flatMap(({ place, value }) => {
      if (value.kind === 'key') return [];
      const bytes = value.kind === 'text' ? Buffer.from(value.text) : bytesOf(value.base64url);
      return [{ place: `${name}'s ${place}`, bytes }];
    }),
    keys: leaves.flatMap(({ place, value }) =>
      value.kind === 'key' ? [{ place: `${name}'s ${place}`, isExtractable: value.isExtractable }] : [],
    ),
  });

  return {
    async command(command) {
      const answer = await page.evaluate((given) => globalThis.leakPage.command(given), command);
      if (!answer.ok) throw new Error(`${name}: ${command.command} failed: ${answer.error}`);
      return answer.value;
    },
    async until<Q extends Query>(query: Q, isDone: (view: ViewOf<Q>) => boolean) {
      const id = nextId++;
      const done = Promise.withResolvers<ViewOf<Q>>();
      let last: unknown;
      listeners.set(id, (view) => {
        last = view;
        // The page answers a watch with the views of its query.
        const typed = view as ViewOf<Q>;
        if (isDone(typed)) done.resolve(typed);
      });
      await page.evaluate(([given, asked]) => globalThis.leakPage.watch(given, asked), [id, query] as const);
      const timer = setTimeout(() => {
        const [asked, seen, wanted] = [JSON.stringify(query), JSON.stringify(last), isDone.toString()];
        done.reject(new Error(`${name} waited for ${wanted} of ${asked} in vain; the last view was ${seen}`));
      }, patienceMs);
      return done.promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(id);
      });
    },
    async restart() {
      capturedBefore.push(...(await capturedNow()));
      await page.reload();
    },
    captured: async () => [...capturedBefore, ...(await capturedNow())],
    dump: async () => dumpOf(await page.evaluate(() => globalThis.leakPage.dump())),
    console: () => ({ place: `${name}'s console`, bytes: Buffer.from(lines.join('\n')) }),
  };
}
