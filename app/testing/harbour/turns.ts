// Knows when a process of many clients has come to rest: nothing waits for a turn of the event loop any more. The memory
// IndexedDB and the relay's commits ask for turns by `setImmediate`, which is counted here; the rest is promises.

const platformImmediate = globalThis.setImmediate;
let waiting = 0;

const counted = (run: (...values: unknown[]) => void, ...values: unknown[]) => {
  waiting++;
  return platformImmediate(() => {
    waiting--;
    run(...values);
  });
};

const oneTurn = () => new Promise<void>((resolve) => void platformImmediate(resolve));

export function createTurns() {
  globalThis.setImmediate = Object.assign(counted, platformImmediate);
  return {
    oneTurn,
    /** Resolves when a turn of the event loop left nothing behind it. */
    async rest(): Promise<void> {
      await oneTurn();
      for (;;) {
        if (waiting === 0) return;
        await oneTurn();
      }
    },
    /** Some turns, and whatever is under way then stays under way. */
    async some(count: number) {
      for (let i = 0; i < count; i++) await oneTurn();
    },
  };
}
