import { expect, test } from 'vitest';
import { createPreferences, parsePreferences } from './preferences.ts';

test('[U18] the day on which there was an account is kept beside the other choices, and only as a time', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const preferences = createPreferences(storage);
  expect(preferences.read().accountSeenAtMs).toBeUndefined();
  preferences.change({ theme: 'dark' });
  preferences.change({ accountSeenAtMs: 1_767_225_600_000 });
  expect(createPreferences(storage).read()).toMatchObject({
    theme: 'dark',
    accountSeenAtMs: 1_767_225_600_000,
  });
  expect(parsePreferences('{"accountSeenAtMs":"ada"}').accountSeenAtMs).toBeUndefined();
});
