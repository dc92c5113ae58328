import { expect, test } from 'vitest';
import { createRecordId } from './recordId.ts';

test('[D1] an id is its time, then chance', () => {
  const id = createRecordId(0x0192_3456_789a, (length) => new Uint8Array(length).fill(7));
  expect([...id]).toEqual([0x01, 0x92, 0x34, 0x56, 0x78, 0x9a, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
});
