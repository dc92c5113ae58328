// Watches how much of what the browser grants is used, so that people hear of it before writing fails. Says it through a
// setting, which every tab can read; written only when it changes.
import * as v from 'valibot';
import type { Storage } from './storage.ts';

/** Browsers grant gigabytes: the last tenth is time enough to make room. */
const nearlyFullFrom = 0.9;
/** About 100 KB of rows; asking the browser costs a few milliseconds. */
const messagesBetweenChecks = 200;

export const nearlyFullSetting = 'storage-nearly-full';

export interface QuotaWatch {
  check(): void;
  /** Resolves when what was begun is said. */
  settled(): Promise<void>;
  close(): void;
}

/** Checks at once, and again as messages are written: after each while it is nearly full, so that the word goes soon. */
export function createQuotaWatch(storage: Storage): QuotaWatch {
  let written = 0;
  let isNearlyFull = false;
  let isClosed = false;
  let checking: Promise<void> = Promise.resolve();

  async function look() {
    const share = await storage.usedShare();
    if (share === undefined || isClosed) return;
    isNearlyFull = share > nearlyFullFrom;
    const said = (await storage.setting(nearlyFullSetting, v.boolean())) ?? false;
    if (said !== isNearlyFull) await storage.batch().putSetting(nearlyFullSetting, isNearlyFull).commit();
  }
  // What the disk doesn't take any more is answered by the command that needs it; here it is tried again later.
  const check = () => {
    checking = checking.then(look).catch(() => {});
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
    settled: () => checking,
    close() {
      isClosed = true;
      stop();
    },
  };
}
