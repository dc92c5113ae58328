import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../../codec/bytes.ts';
import type {
  ChatId,
  Challenge,
  DeviceId,
  DocumentId,
  EntryHash32,
  LogHash,
  SessionId,
  SnapshotId,
  UserId,
} from '../ids.ts';
import { maxBatchEntries, maxEntryBytes, maxFrameBytes, maxMailBytes, maxSignalBytes } from '../limits.ts';
import { refusalCodes } from '../refusals.ts';
import { encodeDown, parseDown, type DownFrame } from './down.ts';
import { encodeUp, parseUp, upNumberByType, type UpFrame } from './up.ts';

const of = <T extends Bytes>(length: number): fc.Arbitrary<T> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes) as Bytes as T);
const upTo = (maxLength: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));
const number = fc.maxSafeNat();
const words = (maxBytes: number) =>
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((s) => Buffer.byteLength(s) <= maxBytes);
const cursor = fc.record({ seq: number, hash: of<LogHash>(16) });
const chat = of<ChatId>(32);

type Fields<F extends { type: string }, K extends F['type']> = Omit<Extract<F, { type: K }>, 'type'>;
/** One arbitrary for every type: a new frame without one does not compile. */
const up: { readonly [K in UpFrame['type']]: fc.Arbitrary<Fields<UpFrame, K>> } = {
  hello: fc.record({ version: number, accessToken: words(256) }),
  prove: fc.record({ chat, epoch: number, readProof: upTo(64), postProof: upTo(64) }),
  subscribe: fc.record({ channel: number, chat, document: of<DocumentId>(16), cursor }),
  unsubscribe: fc.record({ channel: number }),
  append: fc.record({ channel: number, entry: upTo(500) }),
  signal: fc.record({ channel: number, sealed: upTo(maxSignalBytes) }),
  postMail: fc.record({ request: number, to: of<UserId>(32), mail: upTo(500) }),
  mailTaken: fc.record({ mailId: number }),
  ping: fc.record({ nonce: number }),
  publish: fc.record({
    channel: number,
    previous: of<SnapshotId>(16),
    isSeal: fc.boolean(),
    purged: fc.array(of<SessionId>(8), { maxLength: 4 }),
    index: number,
    count: number,
    part: upTo(500),
  }),
  countersign: fc.record({ channel: number, snapshot: of<SnapshotId>(16) }),
  fetchSnapshot: fc.record({ channel: number }),
  look: fc.record({ request: number, chat, document: of<DocumentId>(16) }),
};
const down: { readonly [K in DownFrame['type']]: fc.Arbitrary<Fields<DownFrame, K>> } = {
  challenge: fc.record({ version: number, challenge: of<Challenge>(32) }),
  welcome: fc.record({ userId: of<UserId>(32), deviceId: of<DeviceId>(16) }),
  proven: fc.record({ chat, epoch: number }),
  entries: fc.record({ channel: number, firstSeq: number, entries: fc.array(upTo(90), { maxLength: 9 }) }),
  live: fc.record({ channel: number, cursor }),
  ack: fc.record({ channel: number, session: of<SessionId>(8), sequence: number, cursor }),
  behind: fc.record({ channel: number }),
  signal: fc.record({ channel: number, sealed: upTo(maxSignalBytes) }),
  mail: fc.record({ mailId: number, mail: upTo(500) }),
  mailed: fc.record({ request: number }),
  ledgerMoved: fc.record({ chat, head: of<EntryHash32>(32) }),
  pong: fc.record({ nonce: number }),
  refused: fc.record({
    to: number,
    subject: number,
    code: fc.constantFrom(...refusalCodes),
    retryAfterMs: number,
    detail: upTo(64),
  }),
  bye: fc.record({ reason: words(64), retryAfterMs: number }),
  published: fc.record({ channel: number, snapshot: of<SnapshotId>(16), cursor, isSeal: fc.boolean() }),
  snapshot: fc.record({
    channel: number,
    snapshot: of<SnapshotId>(16),
    cursor,
    isSeal: fc.boolean(),
    index: number,
    count: number,
    part: upTo(500),
  }),
  looked: fc.record({ request: number, end: cursor, snapshot: of<SnapshotId>(16), isSealed: fc.boolean() }),
};

/** Bytes near those of a frame: one place changed, cut, or something added. */
const spoil = (bytes: Uint8Array, at: number, byte: number): readonly Uint8Array[] => [
  bytes.with(at % bytes.length, byte),
  bytes.slice(0, at % bytes.length),
  Uint8Array.of(...bytes, byte),
];

describe.each([
  {
    way: 'up',
    frames: Object.entries<fc.Arbitrary<object>>(up),
    encode: encodeUp as (frame: never) => Bytes,
    parse: parseUp,
  },
  {
    way: 'down',
    frames: Object.entries<fc.Arbitrary<object>>(down),
    encode: encodeDown as (frame: never) => Bytes,
    parse: parseDown,
  },
])('frames $way', ({ frames, encode, parse }) => {
  test.each(frames)('[W5] %s goes there and back, and has one encoding', (type, fields) => {
    fc.assert(
      fc.property(fields, fc.nat(), fc.nat(255), (values, at, byte) => {
        const frame = { type, ...values };
        const bytes = encode(frame as never);
        expect(parse(bytes)).toEqual(frame);
        for (const other of spoil(bytes, at, byte)) {
          const parsed = parse(other);
          if (parsed) expect(encode(parsed as never)).toEqual(other);
        }
      }),
    );
  });

  test('[W2] no bytes make the parser throw', () => {
    fc.assert(
      fc.property(fc.nat(20), upTo(80), (tag, bytes) => {
        const parsed = parse(Uint8Array.of(tag, ...bytes));
        if (parsed) expect(encode(parsed as never)).toEqual(Uint8Array.of(tag, ...bytes));
        parse(bytes);
      }),
      { numRuns: 3000 },
    );
    expect(parse(new Uint8Array(0))).toBeUndefined();
  });
});

test('[W5] the first byte of a frame up is the number that refusals name', () => {
  const ping = encodeUp({ type: 'ping', nonce: 0 });
  expect(ping[0]).toBe(upNumberByType.ping);
  expect(new Set(Object.values(upNumberByType)).size).toBe(Object.keys(upNumberByType).length);
  expect(Object.keys(upNumberByType).sort()).toEqual(Object.keys(up).sort());
});

test('[W6] the largest entry, signal and mail fit into a frame, and nothing larger is read', () => {
  const channel = Number.MAX_SAFE_INTEGER;
  const entry = new Uint8Array(maxEntryBytes);
  const append = encodeUp({ type: 'append', channel, entry });
  expect(append.length).toBeLessThanOrEqual(maxFrameBytes);
  expect(parseUp(append)).toEqual({ type: 'append', channel, entry });
  expect(
    encodeDown({ type: 'entries', channel, firstSeq: channel, entries: [entry] }).length,
  ).toBeLessThanOrEqual(maxFrameBytes);
  expect(() => encodeUp({ type: 'append', channel, entry: new Uint8Array(maxEntryBytes + 1) })).toThrow(
    RangeError,
  );
  expect(() => encodeUp({ type: 'signal', channel, sealed: new Uint8Array(maxSignalBytes + 1) })).toThrow(
    RangeError,
  );
  const to = new Uint8Array(32) as Bytes as UserId;
  expect(() =>
    encodeUp({ type: 'postMail', request: 1, to, mail: new Uint8Array(maxMailBytes + 1) }),
  ).toThrow(RangeError);
  expect(parseUp(new Uint8Array(maxFrameBytes + 1).fill(1))).toBeUndefined();
});

test('[W6] a batch holds so many entries and no more', () => {
  const batch = (count: number) => ({
    type: 'entries' as const,
    channel: 1,
    firstSeq: 1,
    entries: Array.from({ length: count }, () => new Uint8Array(1)),
  });
  expect(parseDown(encodeDown(batch(maxBatchEntries)))).toEqual(batch(maxBatchEntries));
  expect(() => encodeDown(batch(maxBatchEntries + 1))).toThrow(RangeError);
});
