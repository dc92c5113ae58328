import { expect, test } from 'vitest';
import { parseBase64url } from '../../shared/codec/base64url.ts';
import { newMessageId } from '../chat/client.ts';
import { createRecordId } from './recordId.ts';

test('[D1] an id is its time to the minute, then chance', () => {
  const sevens = (length: number) => new Uint8Array(length).fill(7);
  const id = createRecordId(0x0192_3456_789a, sevens);
  expect([...id]).toEqual([0x01, 0x92, 0x34, 0x56, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
});

test('[D1] so is the id of a message that a page says', () => {
  const id = parseBase64url(newMessageId());
  if (id?.length !== 16) throw new Error('expected 16 bytes');
  const [minute, other] = [new DataView(id.buffer).getUint32(0), parseBase64url(newMessageId())];
  expect(Math.abs(minute * 65_536 - Date.now())).toBeLessThan(2 * 65_536);
  expect(id.slice(4)).not.toEqual(other?.slice(4));
});
