import { expect, test } from 'vitest';
import { writtenText } from './writtenText.ts';

test('what shows nothing is no message', () => {
  for (const nothing of ['', '  ', '\n\t', '\u200B', ' \u200D\u2066 ', '\u00AD'])
    expect(writtenText(nothing)).toBe('');
});

test('what shows something stays as it is, without the space around it', () => {
  expect(writtenText('  hello \n')).toBe('hello');
  expect(writtenText('👩‍🚒')).toBe('👩‍🚒');
});
