import { describe, expect, it } from 'vitest';
import { readAdmission } from './readAdmission.ts';
import { handleProblem, suggestHandle } from './suggestHandle.ts';

describe('what lets one in', () => {
  it.each([
    [
      'https://relay.example/join#invite=abc.def',
      { kind: 'invitation', link: 'https://relay.example/join#invite=abc.def' },
    ],
    [
      'Come in: https://relay.example/join#invite=abc \n',
      { kind: 'invitation', link: 'https://relay.example/join#invite=abc' },
    ],
    ['#admin=s3cr%2Bet', { kind: 'administrator', token: 's3cr+et' }],
    ['#admin=%zz', { kind: 'administrator', token: '%zz' }],
    ['#invite=', { kind: 'none' }],
    ['https://relay.example/', { kind: 'none' }],
    ['invite=abc', { kind: 'none' }],
  ])('%s', (text, found) => {
    expect(readAdmission(text)).toEqual(found);
  });
});

describe('handles', () => {
  it.each([
    ['Ada Lovelace', 'ada.lovelace'],
    ['Jürgen Groß', 'jurgen.gross'],
    ['  Søren  K. ', 'soren.k'],
    ['...dots...', 'dots'],
    ['李小龙', ''],
    ['A', ''],
    ['x'.repeat(50), 'x'.repeat(32)],
    ['Ada <b>Lovelace</b>', 'ada.lovelace'],
    ['Ada <3', 'ada.3'],
    ['O’Neil-Smith 2', 'oneil.smith.2'],
  ])('%s → %s', (name, handle) => {
    expect(suggestHandle(name)).toBe(handle);
    if (handle !== '') expect(handleProblem(handle)).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['a', 'short'],
    ['.ab', 'start'],
    ['Ab', 'characters'],
    ['a b', 'characters'],
    ['a'.repeat(33), 'long'],
    ['a-b_c.9', undefined],
    ['9a', undefined],
  ])('%s: %s', (handle, problem) => {
    expect(handleProblem(handle)).toBe(problem);
  });
});
