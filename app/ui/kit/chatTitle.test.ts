import { expect, test } from 'vitest';
import { chatTitle, honestName, personName } from './chatTitle.ts';
import { en } from './words/en.ts';

test('[U21] a name that nobody could see is shown as somebody’s', () => {
  for (const name of ['', '\u200b\u202e', '\u3164']) {
    expect(personName(en, name)).toBe(en.somebody);
    expect(chatTitle(en, { kind: 'direct', title: name })).toBe(en.somebody);
  }
  expect(honestName('\u202eadA\u202c')).toBe('adA');
});
