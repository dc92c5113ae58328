// The JavaScript heap of a page and of its worker, after a collection, as the browser's own tools read it.
import type { CDPSession, Page } from 'playwright-core';

interface Usage {
  readonly usedSize: number;
  /** What lies outside of the engine's own heap: elements and styles, and the bytes of arrays. */
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}
const bytesOf = ({ usedSize, embedderHeapUsedSize, backingStorageSize }: Usage): number =>
  usedSize + embedderHeapUsedSize + backingStorageSize;

export interface Heap {
  /** Bytes in use by the page and its worker together. */
  read(): Promise<number>;
}

/** The page must have its worker already. */
export async function heapOf(page: Page): Promise<Heap> {
  const session = await page.context().newCDPSession(page);
  const worker = await talkToWorker(session);
  return {
    async read() {
      await session.send('HeapProfiler.collectGarbage');
      await worker('HeapProfiler.collectGarbage');
      const [here, there] = [
        await session.send('Runtime.getHeapUsage'),
        await worker('Runtime.getHeapUsage'),
      ];
      return bytesOf(here) + bytesOf(there as Usage);
    },
  };
}

/** Commands to the page's dedicated worker, which has no session of its own. */
async function talkToWorker(session: CDPSession) {
  const attached = Promise.withResolvers<string>();
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') attached.resolve(sessionId);
  });
  const waiting = new Map<number, (result: unknown) => void>();
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const sessionId = await attached.promise;
  let lastId = 0;
  return async (method: string): Promise<unknown> => {
    const id = ++lastId;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(id, resolve);
    const message = JSON.stringify({ id, method });
    await session.send('Target.sendMessageToTarget', { sessionId, message });
    return promise;
  };
}
