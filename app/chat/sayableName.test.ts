import { expect, test } from 'vitest';
import { isSayable } from './sayableName.ts';

test.each(['Ada', '李', 'محمد', '7', '🦊', '❤️', '\u202eadA', '\u200bZoë', '~'])(
  '[U21] %s is a name',
  (name) => {
    expect(isSayable(name)).toBe(true);
  },
);

test.each([
  ['nothing', ''],
  ['spaces', ' \u00a0\u3000\n'],
  ['a zero width space and an override', '\u200b\u202e'],
  ['marks alone', '\u0301\u0308'],
  ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
  ['an empty Braille pattern', '\u2800'],
  ['a variation selector and a tag', '\ufe0f\u{e0041}'],
  ['points and dashes', '. - …'],
])('[U21] %s is none', (_, name) => {
  expect(isSayable(name)).toBe(false);
});
