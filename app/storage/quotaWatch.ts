// Watches how much of what the browser grants is used, so that people hear of it before writing fails, where the browser
// tells; newer Chromium claims 10 GB to spare on any disk, and there the first failed write is the sign. It writes
// nothing: on a full disk it still has something to say.
import type { Storage } from './storage.ts';

/** Browsers grant gigabytes: the last tenth is time enough to make room. */
const nearlyFullFrom = 0.9;
/** About 100 KB of rows; asking the browser costs a few milliseconds. */
const messagesBetweenChecks = 200;

export interface QuotaWatch {
  check(): void;
  /** A write has failed for want of room: said at once, whatever the browser claims. */
  failed(): void;
  /** Resolves when what was begun is said. */
  settled(): Promise<void>;
  close(): void;
}

/** Checks at once, and again as messages are written: after each while it is nearly full, so that the word goes soon. */
export function createQuotaWatch(storage: Storage, onChange: (isNearlyFull: boolean) => void): QuotaWatch {
  let written = 0;
  let isNearlyFull = false;
  let isClosed = false;
  let checking: Promise<void> = Promise.resolve();

  async function look() {
    const share = await storage.usedShare();
    say((share ?? 0) > nearlyFullFrom);
  }
  function say(next: boolean) {
    if (isClosed || next === isNearlyFull) return;
    isNearlyFull = next;
    onChange(isNearlyFull);
  }
  const check = () => {
    checking = checking.then(look);
  };

  const stop = storage.onMessagesWritten((count) => {
    written += count;
    if (!isNearlyFull && written < messagesBetweenChecks) return;
    written = 0;
    check();
  });
  check();
  return {
    check,
    failed: () => say(true),
    settled: () => checking,
    close() {
      isClosed = true;
      stop();
    },
  };
}
