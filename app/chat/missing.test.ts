import { expect, test } from 'vitest';
import { documentLimits } from '../doc/documentLimits.ts';
import { chatRow } from '../testing/testRows.ts';
import { mostSaid, tellerOfMore, toldMoreOf } from './missing.ts';

const chainAt = (sequence: number) => ({ adas: { sequence, hash: '', ahead: [] } });
const chatWith = (read: Readonly<Record<string, number>>) =>
  chatRow({ chains: chainAt(3), marks: { cleos: { user: 'cleo', delivered: {}, read, at: 1 } } });
const bens = 'bens';

test("[D16] another's mark of more than is here is their word that something is missing, until it is here", () => {
  expect(toldMoreOf(chatWith({ adas: 3 }), bens)).toBeUndefined();
  const chat = chatWith({ adas: 4 });
  const toldMore = toldMoreOf(chat, bens);
  expect(toldMore).toEqual({ user: 'cleo', of: 'adas', sequence: 4 });
  if (!toldMore) return;
  expect(tellerOfMore(chat)).toBeUndefined();
  expect(tellerOfMore({ ...chat, toldMore })).toBe('cleo');
  expect(tellerOfMore({ ...chat, toldMore, chains: chainAt(4) })).toBeUndefined();
});

test('[D16] a mark says nothing of what its own device, this one, or nobody at all can have said', () => {
  expect(mostSaid(chatRow())).toBe(2 * documentLimits.fullRecords);
  const most = mostSaid({ segments: { open: 7, unsealed: 7 } });
  expect(most).toBe(9 * documentLimits.fullRecords);
  expect(toldMoreOf(chatWith({ cleos: 9, bens: 9 }), bens)).toBeUndefined();
  const full = { segments: { open: 7, unsealed: 7 } };
  expect(toldMoreOf({ ...chatWith({ adas: most }), ...full }, bens)?.sequence).toBe(most);
  expect(toldMoreOf({ ...chatWith({ adas: most + 1 }), ...full }, bens)).toBeUndefined();
});
