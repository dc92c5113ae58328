// Remembers, apart from the account's own data, that this browser has an account: a day, and nothing of who it is. When
// the browser throws the data away, the welcome can say so.
import { useEffect } from 'react';
import type { SelfView } from '../chat/views.ts';
import { usePreferences } from './kit/Surroundings.tsx';
import { dayKeyOf } from './kit/words/formats.ts';

export function useRememberAccount(self: SelfView | undefined): void {
  const { values, change } = usePreferences();
  const seenAtMs = values.accountSeenAtMs;
  const hasAccount = self?.state === 'ready';
  useEffect(() => {
    const nowMs = Date.now();
    if (!hasAccount || (seenAtMs !== undefined && dayKeyOf(seenAtMs) === dayKeyOf(nowMs))) return;
    change({ accountSeenAtMs: nowMs });
  }, [hasAccount, seenAtMs, change]);
}
