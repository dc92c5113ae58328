import { expect, test } from 'vitest';
import { createRecordId } from './recordId.ts';

test('[D1] an id is its time to the minute, then chance', () => {
  const sevens = (length: number) => new Uint8Array(length).fill(7);
  const id = createRecordId(0x0192_3456_789a, sevens);
  expect([...id]).toEqual([0x01, 0x92, 0x34, 0x56, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
});
