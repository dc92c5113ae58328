import { beforeEach, expect, test } from 'vitest';
import type { EntryHeader } from '../../shared/protocol/entry.ts';
import {
  noEntryHash,
  type AuthorTag,
  type DeviceId,
  type EntryHash,
  type LedgerHead,
  type SessionId,
} from '../../shared/protocol/ids.ts';
import { createChance } from '../testing/harbour/chance.ts';
import { clientOf } from './segmentUpdate.ts';
import { createSessions, type Sessions } from './sessions.ts';

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const session = filled(8, 1) as SessionId;
const device = filled(16, 2) as DeviceId;
const hash = filled(16, 3) as EntryHash;
const headerOf = (sequence: number, previous: EntryHash, of = session): EntryHeader => ({
  version: 1,
  kind: 1,
  epoch: 1,
  ledgerHead: filled(16, 0) as LedgerHead,
  author: filled(16, 0) as AuthorTag,
  session: of,
  sequence,
  previous,
  commitment: filled(16, 0),
  nonce: filled(24, 0),
});

let sessions: Sessions;
beforeEach(() => {
  sessions = createSessions(createChance('sessions').bytes);
  sessions.accept(headerOf(1, noEntryHash), hash, device, 2);
});

test('[E3] the next entry names the hash of the one before', () => {
  expect(sessions.follows(headerOf(2, hash), device)).toBe('next');
  expect(sessions.follows(headerOf(2, noEntryHash), device)).toBe('out-of-order');
  expect(sessions.follows(headerOf(3, hash), device)).toBe('out-of-order');
  expect(sessions.follows(headerOf(1, noEntryHash), device)).toBe('out-of-order');
});

test('[E3] a session is taken over by no other device, nor its Yjs client by another session', () => {
  expect(sessions.follows(headerOf(2, hash), filled(16, 9) as DeviceId)).toBe('foreign');
  const sameClient = Uint8Array.of(1, 1, 1, 1, 5, 5, 5, 5) as SessionId;
  expect(clientOf(sameClient)).toBe(clientOf(session));
  expect(sessions.follows(headerOf(1, noEntryHash, sameClient), device)).toBe('foreign');
});

test('[D13] what a snapshot claims keeps no session from going on, nor from its Yjs client', () => {
  const sameClient = Uint8Array.of(1, 1, 1, 1, 5, 5, 5, 5) as SessionId;
  const other = filled(16, 9) as EntryHash;
  // Of a session that was heard itself nothing can be claimed.
  sessions.claim([{ session: sameClient, sequence: 9, hash: other }], new Map());
  expect(sessions.follows(headerOf(2, hash), device)).toBe('next');
  expect(sessions.follows(headerOf(10, other, sameClient), device)).toBe('foreign');
  const fresh = createSessions(createChance('fresh').bytes);
  fresh.claim([{ session: sameClient, sequence: 9, hash: other }], new Map());
  expect(fresh.follows(headerOf(1, noEntryHash), device)).toBe('next');
  fresh.accept(headerOf(1, noEntryHash), hash, device, 2);
  expect(fresh.lines()).toEqual([{ session, sequence: 1, hash }]);
  expect(fresh.follows(headerOf(10, other, sameClient), device)).toBe('foreign');
  // And of one that is claimed further than it is, it may still go on.
  fresh.claim([{ session: filled(8, 4) as SessionId, sequence: 99, hash: other }], new Map());
  expect(fresh.follows(headerOf(3, hash, filled(8, 4) as SessionId), device)).toBe('next');
});

test('[E3] what was accepted is remembered over a restart', () => {
  const again = createSessions(createChance('again').bytes);
  again.load(sessions.store(), () => 0);
  expect(again.clocks()).toEqual(new Map([[clientOf(session), 2]]));
  expect(again.follows(headerOf(2, hash), device)).toBe('next');
  expect(again.follows(headerOf(1, noEntryHash), device)).toBe('out-of-order');
});

test("[E3] a run's own session takes no client that was used before", () => {
  const taken = new Set<number>();
  for (let i = 0; i < 5; i++) {
    const own = createSessions(createChance('same').bytes).startOwn((client) => taken.has(client));
    expect(taken.has(own.client)).toBe(false);
    taken.add(own.client);
  }
});
