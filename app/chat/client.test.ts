import { expect, test } from 'vitest';
import { parseBase64url } from '../../shared/codec/base64url.ts';
import { newMessageId } from './client.ts';

test('[D1] a message that a page says has an id of its minute, and of chance', () => {
  const [id, other] = [parseBase64url(newMessageId()), parseBase64url(newMessageId())];
  if (id?.length !== 16 || other?.length !== 16) throw new Error('expected 16 bytes');
  const minute = new DataView(id.buffer).getUint32(0);
  expect(Math.abs(minute * 65_536 - Date.now())).toBeLessThan(2 * 65_536);
  expect(id.slice(4)).not.toEqual(other.slice(4));
});
