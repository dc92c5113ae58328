import { beforeAll, expect, test } from 'vitest';
import { entryKinds, hashEntry, parseEntry } from '../../shared/protocol/entry.ts';
import { noEntryHash, type EntryHash, type SessionId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import { deriveEpochKeys, type EpochSecret, type RootSecret } from '../crypto/keyTree.ts';
import { createTestChat } from '../testing/testChat.ts';
import type { ChatContext } from './chatContext.ts';
import { openUpdate, sealUpdate } from './entrySeal.ts';
import { createLedgerFirst } from './ledgerFirst.ts';
import { isStale, resealEntries } from './reseal.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
let turned: (context: ChatContext) => ChatContext;
beforeAll(async () => {
  chat = await createTestChat(2);
  const next = deriveEpochKeys(chat.chance.bytes(32) as EpochSecret, 2, chat.chance.bytes(32) as RootSecret);
  turned = (context) => ({
    ...context,
    currentKeys: () => next,
    keysOf: (epoch) => (epoch === 2 ? [next] : context.keysOf(epoch)),
  });
});
const kind = entryKinds.segment;
const sessionOf = (n: number) => new Uint8Array(8).fill(n) as SessionId;

/** Entries of some sessions, each session's standing on one another, as they wait on the disk. */
async function waitingOf(context: ChatContext, sessions: readonly number[]) {
  const hashes = new Map<number, EntryHash>();
  const counts = new Map<number, number>();
  const waiting = [];
  for (const n of sessions) {
    const sequence = (counts.get(n) ?? 0) + 1;
    const previous = hashes.get(n) ?? noEntryHash;
    const place = { kind, session: sessionOf(n), sequence, previous };
    const update = Uint8Array.of(n, sequence);
    const entry = await sealUpdate(context, chat.document, place, update, chat.chance.bytes);
    hashes.set(n, hashEntry(sha256, chat.document, entry));
    counts.set(n, sequence);
    waiting.push({ session: place.session, sequence, entry, update });
  }
  return waiting;
}

test('[E4] what waits keeps its place and its content, and stands on what it is sealed anew with', async () => {
  const own = chat.contextOf(0);
  const waiting = await waitingOf(own, [1, 2, 1, 2, 1]);
  const anew = await resealEntries(turned(own), chat.document, kind, waiting, chat.chance.bytes);
  expect(anew).toHaveLength(5);
  const hashes = new Map<string, EntryHash>();
  for (const [index, { session, sequence, entry, update }] of anew.entries()) {
    expect(await openUpdate(chat.contextOf(1), chat.document, kind, entry)).toMatchObject({
      error: 'missing-key',
    });
    const opened = await openUpdate(turned(chat.contextOf(1)), chat.document, kind, entry);
    if (!opened.ok) throw new Error(opened.error);
    expect([...opened.value.update]).toEqual([...update]);
    const { header } = opened.value;
    expect(header).toMatchObject({ epoch: 2, session: waiting[index]?.session, sequence });
    expect(header.previous).toEqual(hashes.get(String(session)) ?? noEntryHash);
    hashes.set(String(session), hashEntry(sha256, chat.document, entry));
  }
});

test('[E4] what names the current epoch stays, unless it stands on something that changed', async () => {
  const own = chat.contextOf(0);
  const [old] = await waitingOf(own, [1]);
  if (!old) throw new Error('expected an entry');
  const place = {
    kind,
    session: old.session,
    sequence: 2,
    previous: hashEntry(sha256, chat.document, old.entry),
  };
  const seal = (given: typeof place) =>
    sealUpdate(turned(own), chat.document, given, new Uint8Array(3), chat.chance.bytes);
  const after = { ...place, entry: await seal(place) };
  const beside = { ...place, session: sessionOf(7), entry: await seal({ ...place, session: sessionOf(7) }) };
  const anew = await resealEntries(turned(own), chat.document, kind, [old, after, beside], chat.chance.bytes);
  expect(anew.map(({ session, sequence }) => [session, sequence])).toEqual([
    [old.session, 1],
    [old.session, 2],
  ]);
  const [first, second] = anew.map(({ entry }) => entry);
  if (!first || !second) throw new Error('expected two entries');
  expect(parseEntry(second)?.header.previous).toEqual(hashEntry(sha256, chat.document, first));
  expect([isStale(turned(own), old.entry), isStale(turned(own), after.entry)]).toEqual([true, false]);
});

test('[E2] an entry of an epoch in which its author was no member counts for nothing', async () => {
  const [waiting] = await waitingOf(chat.contextOf(0), [3]);
  if (!waiting) throw new Error('expected an entry');
  const reader = {
    ...chat.contextOf(1),
    wasMember: (_device: unknown, { epoch }: { epoch: number }) => epoch > 1,
  };
  expect(await openUpdate(reader, chat.document, kind, waiting.entry)).toMatchObject({
    error: 'unknown-author',
  });
});

/** A chat's context as somebody has it who must read the ledger first. */
function behind(learned: boolean, knowsAuthor: () => boolean) {
  const waits: number[] = [];
  const own = chat.contextOf(1);
  const context: ChatContext = {
    ...own,
    knows: () => false,
    patience: {},
    authorByTag: (tag) => (knowsAuthor() ? own.authorByTag(tag) : undefined),
    learn: async (waitMs) => {
      waits.push(waitMs);
      return learned;
    },
  };
  return { learnFirst: createLedgerFirst(context), waits, context };
}

test('[E5] an entry that names a head or an epoch that is not known here waits for the ledger', async () => {
  const [waiting] = await waitingOf(chat.contextOf(0), [4]);
  if (!waiting) throw new Error('expected an entry');
  expect(await createLedgerFirst({ ...chat.contextOf(1), learn: async () => false })([waiting, {}])).toBe(
    true,
  );
  const known = behind(true, () => true);
  expect(await known.learnFirst([waiting])).toBe(true);
  expect(known.waits).toEqual([0]);
  expect(await behind(false, () => true).learnFirst([waiting])).toBe(false);
});

test('[E5] an author or epoch that even the relay’s ledger lacks is waited for a little, once for where the ledger stands', async () => {
  const [waiting] = await waitingOf(chat.contextOf(0), [4]);
  if (!waiting) throw new Error('expected an entry');
  const keyless = behind(true, () => true);
  expect(await createLedgerFirst({ ...keyless.context, keysOf: () => [] })([waiting])).toBe(true);
  expect(keyless.waits.length).toBeGreaterThan(1);
  const late = behind(true, () => late.waits.length > 3);
  expect(await late.learnFirst([waiting])).toBe(true);
  expect(late.waits).toEqual([0, 5_000, 10_000, 20_000]);
  const never = behind(true, () => false);
  expect(await never.learnFirst([waiting])).toBe(true);
  expect(never.waits.reduce((sum, waitMs) => sum + waitMs, 0)).toBe(75_000);
  const before = never.waits.length;
  // Nor for another document of this chat.
  expect(await createLedgerFirst(never.context)([waiting])).toBe(true);
  expect(never.waits.slice(before)).toEqual([0]);
});
