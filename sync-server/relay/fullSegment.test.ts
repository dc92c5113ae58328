import { expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newSnapshot, publish } from '../testing/testSnapshot.ts';
import { fullSegmentBytes } from './bounds.ts';

test('[R47] a snapshot that stands for nothing does not make a segment full', async () => {
  const { annSocket, bobSocket, document, session } = await twoInAChat(openTestRelay());
  publish(annSocket, newSnapshot(document, startCursor, fullSegmentBytes));
  await settled();
  bobSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  expect(bobSocket.all('refused')).toEqual([]);
  expect(bobSocket.all('ack').length).toBe(1);
});
