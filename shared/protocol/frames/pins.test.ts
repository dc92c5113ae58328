// The frames, written down: one example of every one, in hex. When a pin fails, bytes that are already out there would
// be read otherwise. Then either undo the change, or raise `protocolVersion` and add a line of pins for it; never mend
// an old line.
import { expect, test } from 'vitest';
import type { Bytes } from '../../codec/bytes.ts';
import type { ChatId, LogHash } from '../ids.ts';
import { protocolVersion } from '../version.ts';
import { encodeDown, parseDown, type DownFrame } from './down.ts';
import { encodeUp, parseUp, type UpFrame } from './up.ts';

/** `length` bytes counting up from `first`: every field of an example is told apart. */
const count = <T extends Bytes>(length: number, first: number): T =>
  Uint8Array.from({ length }, (_, i) => first + i) as Bytes as T;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const cursor = { seq: 300, hash: count<LogHash>(16, 0x10) };
const chat = count<ChatId>(32, 0x20);
const up: { readonly [K in UpFrame['type']]: Extract<UpFrame, { type: K }> } = {
  hello: { type: 'hello', version: 1, accessToken: 'token' },
  prove: { type: 'prove', chat, epoch: 3, readProof: count(64, 0x40), postProof: count(0, 0) },
  subscribe: { type: 'subscribe', channel: 5, chat, document: count(16, 0x50), cursor },
  unsubscribe: { type: 'unsubscribe', channel: 5 },
  append: { type: 'append', channel: 5, entry: count(4, 0x60) },
  signal: { type: 'signal', channel: 5, sealed: count(4, 0x70) },
  postMail: { type: 'postMail', request: 6, to: count(32, 0x80), mail: count(4, 0x90) },
  mailTaken: { type: 'mailTaken', mailId: 200 },
  ping: { type: 'ping', nonce: 7 },
  publish: {
    type: 'publish',
    channel: 5,
    previous: count(16, 0xa0),
    isSeal: true,
    purged: [count(8, 0xb0)],
    index: 1,
    count: 2,
    part: count(4, 0xc0),
  },
  countersign: { type: 'countersign', channel: 5, snapshot: count(16, 0xa0) },
  fetchSnapshot: { type: 'fetchSnapshot', channel: 5 },
  look: { type: 'look', request: 6, chat, document: count(16, 0x50) },
};
const down: { readonly [K in DownFrame['type']]: Extract<DownFrame, { type: K }> } = {
  challenge: { type: 'challenge', version: 1, challenge: count(32, 0x30) },
  welcome: { type: 'welcome', userId: count(32, 0x40), deviceId: count(16, 0x60) },
  proven: { type: 'proven', chat, epoch: 3 },
  entries: {
    type: 'entries',
    channel: 5,
    firstSeq: 298,
    entries: [count(3, 0x70), count(0, 0), count(2, 0x80)],
  },
  live: { type: 'live', channel: 5, cursor },
  ack: { type: 'ack', channel: 5, session: count(8, 0x90), sequence: 9, cursor },
  behind: { type: 'behind', channel: 5 },
  signal: { type: 'signal', channel: 5, sealed: count(4, 0x70) },
  mail: { type: 'mail', mailId: 200, mail: count(4, 0x90) },
  mailed: { type: 'mailed', request: 6 },
  ledgerMoved: { type: 'ledgerMoved', chat, head: count(32, 0xa0) },
  pong: { type: 'pong', nonce: 7 },
  refused: {
    type: 'refused',
    to: 5,
    subject: 6,
    code: 'stale-epoch',
    retryAfterMs: 1000,
    detail: count(32, 0xb0),
  },
  bye: { type: 'bye', reason: 'restart', retryAfterMs: 500 },
  published: { type: 'published', channel: 5, snapshot: count(16, 0xa0), cursor, isSeal: true },
  snapshot: {
    type: 'snapshot',
    channel: 5,
    snapshot: count(16, 0xa0),
    cursor,
    isSeal: false,
    index: 1,
    count: 2,
    part: count(4, 0xc0),
  },
  looked: { type: 'looked', request: 6, end: cursor, snapshot: count(16, 0xa0), isSealed: true },
};

type Pins = Readonly<Record<string, string>>;
const first: Pins = {
  'up hello': '010105746f6b656e',
  'up prove':
    '02202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f0340404142434445464748494a4b4c' +
    '4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c' +
    '7d7e7f00',
  'up subscribe':
    '0305202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f505152535455565758595a5b5c5d' +
    '5e5fac02101112131415161718191a1b1c1d1e1f',
  'up unsubscribe': '0405',
  'up append': '05050460616263',
  'up signal': '06050470717273',
  'up postMail': '0706808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f0490919293',
  'up mailTaken': '08c801',
  'up ping': '0907',
  'down challenge': '0101303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f',
  'down welcome':
    '02404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f',
  'down proven': '03202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f03',
  'down entries': '0405aa02030370717200028081',
  'down live': '0505ac02101112131415161718191a1b1c1d1e1f',
  'down ack': '0605909192939495969709ac02101112131415161718191a1b1c1d1e1f',
  'down behind': '0705',
  'down signal': '08050470717273',
  'down mail': '09c8010490919293',
  'down mailed': '0a06',
  'down ledgerMoved':
    '0b202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3fa0a1a2a3a4a5a6a7a8a9aaabacadae' +
    'afb0b1b2b3b4b5b6b7b8b9babbbcbdbebf',
  'down pong': '0c07',
  'down refused': '0d050607e80720b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf',
  'down bye': '0e0772657374617274f403',
};
/** Each version has all that the one before had, and what it changed or added. */
const pinsByVersion: Readonly<Record<number, Pins>> = {
  1: first,
  2: {
    ...first,
    'up publish': '0a05a0a1a2a3a4a5a6a7a8a9aaabacadaeaf0101b0b1b2b3b4b5b6b7010204c0c1c2c3',
    'up countersign': '0b05a0a1a2a3a4a5a6a7a8a9aaabacadaeaf',
    'up fetchSnapshot': '0c05',
    'up look':
      '0d06202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f505152535455565758595a5b5c5d' +
      '5e5f',
    'down published': '0f05a0a1a2a3a4a5a6a7a8a9aaabacadaeafac02101112131415161718191a1b1c1d1e1f01',
    'down snapshot':
      '1005a0a1a2a3a4a5a6a7a8a9aaabacadaeafac02101112131415161718191a1b1c1d1e1f00010204c0c1c2c3',
    'down looked': '1106ac02101112131415161718191a1b1c1d1e1fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf01',
  },
};

const examples = [
  ...Object.values(up).map((frame) => ({
    way: 'up',
    frame,
    bytes: encodeUp(frame),
    parsed: parseUp(encodeUp(frame)),
  })),
  ...Object.values(down).map((frame) => ({
    way: 'down',
    frame,
    bytes: encodeDown(frame),
    parsed: parseDown(encodeDown(frame)),
  })),
];

test.each(examples)('[W11] $way $frame.type is pinned', ({ way, frame, bytes, parsed }) => {
  const pin = pinsByVersion[protocolVersion]?.[`${way} ${frame.type}`];
  expect(hex(bytes), `the wire of "${way} ${frame.type}" has changed: a new version line is due`).toBe(pin);
  expect(parsed).toEqual(frame);
});

test('[W11] there is a line of pins for this version, and no frame went from it', () => {
  const pins = pinsByVersion[protocolVersion] ?? {};
  expect(Object.keys(pins).sort()).toEqual(examples.map(({ way, frame }) => `${way} ${frame.type}`).sort());
});
