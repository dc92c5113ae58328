// The link alone: the test is the relay at the other end of each socket, and turns the clock.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeDown, type DownFrame } from '../../shared/protocol/frames/down.ts';
import { parseUp, upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import type { ChatId, DeviceId, DocumentId, SigningPublicKey, UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { makeSocketChallenge } from '../../shared/protocol/socketChallenge.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { sha256 } from '../crypto/hash.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import type { ChannelEvents } from './channels.ts';
import { backoffMs } from './backoff.ts';
import { createLink, type Link, type LinkState } from './link.ts';
import type { SocketEvents } from './socketPort.ts';

const relayKey = new Uint8Array(32).fill(1) as SigningPublicKey;
const otherKey = new Uint8Array(32).fill(2) as SigningPublicKey;
const user = new Uint8Array(32) as UserId;
const chat = new Uint8Array(32) as ChatId;
const none = new Uint8Array();
const challengeOf = (key: SigningPublicKey): DownFrame => ({
  type: 'challenge',
  version: protocolVersion,
  challenge: makeSocketChallenge(sha256, key, new Uint8Array(16)),
});
const welcome: DownFrame = { type: 'welcome', userId: user, deviceId: new Uint8Array(16) as DeviceId };
const refusedHello = (code: 'bad-token' | 'forbidden'): DownFrame => ({
  type: 'refused',
  to: upNumberByType.hello,
  subject: 0,
  code,
  retryAfterMs: 0,
  detail: none,
});

interface Opened {
  readonly events: SocketEvents;
  readonly sent: UpFrame[];
  isClosed: boolean;
}
let clock: ReturnType<typeof createVirtualClock>;
let sockets: Opened[];
let states: LinkState[];
let token: Result<string, 'offline' | 'forbidden'>;
let retries: boolean[];
let link: Link;
/** First bytes of chats and heads. */
let moved: [number, number][];
let buffered: number;
/** What says of each mail that it was taken. */
let mails: (() => void)[];

beforeEach(() => {
  clock = createVirtualClock(0);
  sockets = [];
  states = [];
  token = ok('token');
  retries = [];
  moved = [];
  buffered = 0;
  mails = [];
  link = createLink({
    openSocket(events) {
      const socket: Opened = { events, sent: [], isClosed: false };
      sockets.push(socket);
      return {
        send(bytes) {
          const frame = parseUp(bytes);
          if (frame) socket.sent.push(frame);
        },
        close() {
          if (socket.isClosed) return;
          socket.isClosed = true;
          events.closed();
        },
        get bufferedAmount() {
          return buffered;
        },
      };
    },
    accessToken: async (isRetry) => {
      retries.push(isRetry);
      return token;
    },
    relayKey,
    clock,
    randomUnit: () => 0.999,
    onState: (state) => void states.push(state),
    onMail: (_id, _mail, taken) => void mails.push(taken),
    onLedgerMoved: (of, head) => void moved.push([of[0] ?? 0, head[0] ?? 0]),
  });
});
afterEach(() => link.close());

const last = (): Opened => {
  const socket = sockets.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
};
const tell = (frame: DownFrame) => last().events.received(encodeDown(frame));
const typesSent = () => last().sent.map(({ type }) => type);

async function comeOnline() {
  await clock.pass(1);
  tell(challengeOf(relayKey));
  await clock.pass(1);
  tell(welcome);
}
/** The relay is gone long enough for the waits to have grown. */
async function failOften() {
  for (let attempt = 0; attempt < 8; attempt++) {
    await clock.pass(30_001);
    last().events.closed();
  }
}

test('it says hello to its own relay, proves its chats, and is online', async () => {
  link.setProver(chat, async () => ({ epoch: 3, readProof: none, postProof: none }));
  await comeOnline();
  await clock.pass(1);
  expect(states).toEqual(['connecting', 'online']);
  expect(typesSent()).toEqual(['hello', 'prove']);
});

test('[A13] a relay of another name hears no token, and is refused', async () => {
  await clock.pass(1);
  tell(challengeOf(otherKey));
  await clock.pass(1);
  expect(typesSent()).toEqual([]);
  expect(link.state).toBe('refused');
  expect(last().isClosed).toBe(true);
});

test('a token that is too old is renewed once; one refused for good is said so', async () => {
  await clock.pass(1);
  tell(challengeOf(relayKey));
  await clock.pass(1);
  tell(refusedHello('bad-token'));
  expect(link.state).toBe('connecting');
  await clock.pass(501);
  tell(challengeOf(relayKey));
  await clock.pass(1);
  expect(retries).toEqual([false, true]);
  tell(refusedHello('bad-token'));
  expect(link.state).toBe('refused');
});

test('without a token for want of a network it tries again; refused one, it says so', async () => {
  token = fail('offline');
  await clock.pass(1);
  tell(challengeOf(relayKey));
  await clock.pass(1);
  expect(link.state).toBe('offline');
  token = fail('forbidden');
  await clock.pass(501);
  tell(challengeOf(relayKey));
  await clock.pass(1);
  expect(link.state).toBe('refused');
});

test('the waits grow to half a minute, and a welcome makes them short again', async () => {
  await failOften();
  const before = sockets.length;
  await clock.pass(29_000);
  expect(sockets).toHaveLength(before);
  await clock.pass(1001);
  expect(sockets).toHaveLength(before + 1);
  await comeOnline();
  last().events.closed();
  await clock.pass(501);
  expect(sockets).toHaveLength(before + 2);
});

test('woken, it tries at once', async () => {
  await failOften();
  const before = sockets.length;
  link.wake();
  expect(sockets).toHaveLength(before + 1);
  await comeOnline();
  expect(link.state).toBe('online');
});

test('woken while a socket is opening, it doesn’t wait long after that one', async () => {
  await failOften();
  await clock.pass(30_001);
  const before = sockets.length;
  link.wake();
  expect(sockets).toHaveLength(before);
  last().events.closed();
  await clock.pass(501);
  expect(sockets).toHaveLength(before + 1);
});

test('a relay that says nothing is asked, and given up', async () => {
  await comeOnline();
  await clock.pass(15_001);
  expect(typesSent()).toContain('ping');
  tell({ type: 'pong', nonce: 0 });
  await clock.pass(29_000);
  expect(link.state).toBe('online');
  await clock.pass(1001);
  expect(link.state).toBe('offline');
});

test('woken on a live socket, it asks at once, and asking twice gives no more time', async () => {
  await comeOnline();
  link.wake();
  expect(typesSent()).toEqual(['hello', 'ping']);
  await clock.pass(14_000);
  link.wake();
  expect(typesSent()).toEqual(['hello', 'ping']);
  await clock.pass(1001);
  expect(link.state).toBe('offline');
});

test('[U20] told that the network is gone, it is offline at once, tries on, and is back as soon as it is woken', async () => {
  await comeOnline();
  link.cutOff();
  expect([link.state, last().isClosed]).toEqual(['offline', true]);
  link.cutOff();
  await clock.pass(501);
  expect([link.state, sockets.length]).toEqual(['connecting', 2]);
  link.cutOff();
  link.wake();
  expect(sockets).toHaveLength(3);
  await comeOnline();
  expect(link.state).toBe('online');
});

test('a relay that never welcomes is given up', async () => {
  await clock.pass(1);
  tell(challengeOf(relayKey));
  await clock.pass(15_501);
  expect(states).toEqual(['connecting', 'offline', 'connecting']);
});

test('a goodbye is kept to: it comes back when it was told to, and a little later, as chance has it', async () => {
  await comeOnline();
  tell({ type: 'bye', reason: 'shutting down', retryAfterMs: 5000 });
  await clock.pass(5000 + backoffMs(0, 0.999) - 1);
  expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(2);
});

test('a mail is answered by its own answer, and by a break', async () => {
  expect(await link.postMail(user, none)).toEqual(fail('offline'));
  await comeOnline();
  const [first, second] = [link.postMail(user, none), link.postMail(user, none)];
  tell({ type: 'mailed', request: 1 });
  expect(await first).toEqual(ok(null));
  last().events.closed();
  expect(await second).toEqual(fail('offline'));
});

test('[S13] a mail is taken by the line that brought it: by another its number may be another mail’s', async () => {
  const mail = { type: 'mail', mailId: 7, mail: none } as const;
  await comeOnline();
  tell(mail);
  mails[0]?.();
  expect(last().sent.at(-1)).toEqual({ type: 'mailTaken', mailId: 7 });
  tell(mail);
  last().events.closed();
  await clock.pass(1000);
  await comeOnline();
  mails[1]?.();
  expect(typesSent()).not.toContain('mailTaken');
  tell(mail);
  mails[2]?.();
  expect(typesSent()).toContain('mailTaken');
});

test('what the relay says in no known form ends the socket', async () => {
  await comeOnline();
  last().events.received(new Uint8Array([255, 255]));
  expect(last().isClosed).toBe(true);
  expect(link.state).toBe('offline');
});

test('closed, it is silent: no socket any more, whoever wakes it', async () => {
  await comeOnline();
  link.close();
  link.wake();
  await clock.pass(120_000);
  expect(sockets).toHaveLength(1);
  expect(last().isClosed).toBe(true);
});

/** The relay is in another epoch, whose ledger's head begins with this byte. */
const stale = (to: number, subject: number, head: number): DownFrame => ({
  type: 'refused',
  to,
  subject,
  code: 'stale-epoch',
  retryAfterMs: 0,
  detail: new Uint8Array(32).fill(head),
});
const eventsOf = (hear: (what: string) => void): ChannelEvents => ({
  subscribed: () => hear('subscribed'),
  entries: () => {},
  live: () => hear('live'),
  acked: () => {},
  signal: () => {},
  refused: hear,
  snapshot: () => {},
  published: () => {},
  publishRefused: () => {},
  suspended: () => hear('suspended'),
});
const chatOf = (n: number) => new Uint8Array(32).fill(n) as ChatId;
const proverOf = (epoch: number) => async () => ({ epoch, readProof: none, postProof: none });
const provenEpochs = () => last().sent.flatMap((frame) => (frame.type === 'prove' ? [frame.epoch] : []));

test('[E6] a proof of an old epoch leads to its chat, though the refusal names none', async () => {
  for (const n of [1, 2, 3]) link.setProver(chatOf(n), proverOf(1));
  await comeOnline();
  await clock.pass(1);
  tell({ type: 'proven', chat: chatOf(1), epoch: 1 });
  tell(stale(upNumberByType.prove, 0, 9));
  tell({ type: 'proven', chat: chatOf(3), epoch: 1 });
  expect(moved).toEqual([[2, 9]]);
});

test('[E6] an entry of an old epoch is no fault: its channel rests until the new epoch is proven', async () => {
  const heard: string[] = [];
  link.setProver(chat, proverOf(1));
  const channel = link.openChannel(
    { chat, document: new Uint8Array(16) as DocumentId, cursor: () => startCursor },
    eventsOf((what) => void heard.push(what)),
  );
  await comeOnline();
  await clock.pass(1);
  tell({ type: 'proven', chat, epoch: 1 });
  tell({ type: 'live', channel: 1, cursor: startCursor });
  channel.append(new Uint8Array(3));
  tell(stale(upNumberByType.append, 1, 7));
  expect(heard).toEqual(['subscribed', 'live', 'suspended']);
  expect(moved).toEqual([[0, 7]]);
  link.setProver(chat, proverOf(2));
  await clock.pass(1);
  expect(provenEpochs()).toEqual([1, 2]);
  tell({ type: 'proven', chat, epoch: 2 });
  expect(heard).toEqual(['subscribed', 'live', 'suspended', 'subscribed']);
  expect(last().sent.filter(({ type }) => type === 'subscribe')).toHaveLength(2);
});

test('[E6] without a prover a chat rests, also when an old proof is answered late', async () => {
  link.setProver(chat, proverOf(1));
  link.openChannel(
    { chat, document: new Uint8Array(16) as DocumentId, cursor: () => startCursor },
    eventsOf(() => {}),
  );
  await comeOnline();
  await clock.pass(1);
  link.setProver(chat, undefined);
  tell({ type: 'proven', chat, epoch: 1 });
  await clock.pass(25_000);
  const sent = sockets.flatMap((socket) => socket.sent.map(({ type }) => type));
  expect(sent.filter((type) => type === 'prove' || type === 'subscribe')).toEqual(['prove']);
});

test('[S13] a line that is silent while it takes what it was given is slow; one that takes nothing is dead', async () => {
  await comeOnline();
  buffered = 500_000;
  for (let i = 0; i < 10; i++) {
    await clock.pass(14_000);
    buffered -= 50_000;
  }
  expect(link.state).toBe('online');
  await clock.pass(31_000);
  expect(link.state).not.toBe('online');
});
