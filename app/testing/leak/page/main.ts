// The page of the leak test: the app's own client of its own worker, without a screen, and everything that lies on this
// device on demand.
import { bytesToBase64url } from '../../../../shared/codec/base64url.ts';
import type { AnswerOf, Command } from '../../../chat/commands.ts';
import type { Query } from '../../../chat/views.ts';
import { createPageClient } from '../../../worker/pageClient.ts';
import { isCaptureMessage, type Captured } from '../capture.ts';
import { dumpDevice, type Leaf } from './dumpDevice.ts';

export type CapturedText = Omit<Captured, 'bytes'> & { readonly bytes: string };
export interface LeakPage {
  command<C extends Command>(command: C): Promise<AnswerOf<C>>;
  /** Each view goes to the test's `tellView`. */
  watch(id: number, query: Query): void;
  captured(): readonly CapturedText[];
  dump(): Promise<readonly Leaf[]>;
}
declare global {
  var leakPage: LeakPage;
  var tellView: (id: number, view: unknown) => void;
}

const captured: CapturedText[] = [];
/** The worker's messages, also those that the app's client does not know. */
class ListenedWorker extends Worker {
  constructor(...args: ConstructorParameters<typeof Worker>) {
    super(...args);
    this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!isCaptureMessage(data)) return;
      captured.push({ ...data.captured, bytes: bytesToBase64url(data.captured.bytes) });
    });
  }
}
globalThis.Worker = ListenedWorker;

const { startedWorker } = await import('../../../worker/startedWorker.ts');
const client = createPageClient(startedWorker, (reason) => console.error('the storage failed', reason));
globalThis.leakPage = {
  command: (command) => client.command(command),
  watch: (id, query) => void client.watch(query, (view) => globalThis.tellView(id, view)),
  captured: () => captured,
  dump: dumpDevice,
};
