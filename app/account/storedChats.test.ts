import { expect, test } from 'vitest';
import { maxLeftEpochs } from '../../shared/protocol/limits.ts';
import { joinLeft } from './storedChats.ts';

test('[L17] left epochs are kept once each, and no more of them than may be told', () => {
  const one = { epoch: 3, secret: 'a' };
  expect(joinLeft(undefined, [one])).toEqual([one]);
  expect(joinLeft([one], [one, { epoch: 4, secret: 'a' }, { epoch: 3, secret: 'b' }])).toHaveLength(3);
  const many = Array.from({ length: maxLeftEpochs }, (_, epoch) => ({ epoch, secret: 'c' }));
  const joined = joinLeft([one], many);
  expect(joined).toHaveLength(maxLeftEpochs);
  expect(joined[0]).toEqual(one);
});
