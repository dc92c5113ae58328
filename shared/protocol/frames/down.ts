// All frames from relay to client. Numbers are on the wire and never reused.
import type { Bytes } from '../../codec/bytes.ts';
import { decode, encode, union, type ValueOf } from '../../codec/codec.ts';
import { ack } from './ack.ts';
import { behind } from './behind.ts';
import { bye } from './bye.ts';
import { challengeFrame } from './challengeFrame.ts';
import { entries } from './entries.ts';
import { ledgerMoved } from './ledgerMoved.ts';
import { live } from './live.ts';
import { looked } from './looked.ts';
import { mail } from './mail.ts';
import { mailed } from './mailed.ts';
import { pong } from './pong.ts';
import { proven } from './proven.ts';
import { published } from './published.ts';
import { refused } from './refused.ts';
import { signal } from './signal.ts';
import { snapshot } from './snapshot.ts';
import { welcome } from './welcome.ts';

const down = union({
  challenge: [1, challengeFrame],
  welcome: [2, welcome],
  proven: [3, proven],
  entries: [4, entries],
  live: [5, live],
  ack: [6, ack],
  behind: [7, behind],
  signal: [8, signal],
  mail: [9, mail],
  mailed: [10, mailed],
  ledgerMoved: [11, ledgerMoved],
  pong: [12, pong],
  refused: [13, refused],
  bye: [14, bye],
  published: [15, published],
  snapshot: [16, snapshot],
  looked: [17, looked],
});
export type DownFrame = ValueOf<typeof down>;
export const encodeDown = (frame: DownFrame) => encode(down, frame);
/** As `encodeDown`, for who knows of a better place than an array of its own: `copyOf` as with `encode`. */
export const encodeDownTo = (copyOf: (written: Bytes) => Bytes, frame: DownFrame) =>
  encode(down, frame, copyOf);
/** Undefined for anything that is not exactly one frame of this version. */
export const parseDown = (bytes: Uint8Array): DownFrame | undefined => decode(down, bytes);
