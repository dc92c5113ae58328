import { beforeAll, expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import type { ChatId, RecordId } from '../../shared/protocol/ids.ts';
import { createTestChat, tamperings } from '../testing/testChat.ts';
import type { ChatContext } from './chatContext.ts';
import { encodeBody, parseBody, recordKinds, type Body } from './bodies.ts';
import { faultOf, openBody, readRecord, sealRecord, verifyRecord } from './record.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  chat = await createTestChat(2);
});
const id = new Uint8Array(16).fill(4) as RecordId;
const fieldsOf = (body: Body) => ({
  id,
  body,
  sequence: 1,
  previous: new Uint8Array(16),
  at: 1_767_225_600_000 * 1024,
  seen: startCursor,
});
const message = { kind: 'message', text: 'Grüße ✓' } as const;
const seal = (body: Body = message, by = 0) =>
  sealRecord(chat.contextOf(by), fieldsOf(body), chat.chance.bytes);

test('[D1] a record opens for another member: header, author, body', async () => {
  const { header, sealed } = await seal();
  const reader = chat.contextOf(1);
  const read = readRecord(reader, sealed.header);
  expect(read?.header).toEqual(header);
  expect(read?.author.device).toEqual(chat.contextOf(0).self.device);
  expect(read && (await verifyRecord(reader, read))).toBe(true);
  const body = openBody(reader, header, sealed.body);
  expect(body && parseBody(header.kind, body)).toEqual(message);
});

test('[S4] of a record that is not read it is told whether another ledger may know its author', async () => {
  const { sealed } = await seal();
  const nobody = { ...chat.contextOf(1), authorByDevice: () => undefined };
  expect(readRecord(nobody, sealed.header)).toBeUndefined();
  expect(faultOf(nobody, sealed.header)).toBe('unknown-author');
  for (const header of tamperings(sealed.header)) expect(faultOf(nobody, header)).toBe('bad-record');
  expect(faultOf(nobody, new Uint8Array(3))).toBe('bad-record');
});

/** The same keys, under another chat's name. */
const inAnotherChat = (context: ChatContext): ChatContext => ({
  ...context,
  chat: new Uint8Array(32).fill(9) as ChatId,
});

test('[D1] neither item opens after a change, nor in another place', async () => {
  const { header, sealed } = await seal();
  const reader = chat.contextOf(1);
  for (const changed of tamperings(sealed.header, 200)) expect(readRecord(reader, changed)).toBeUndefined();
  for (const changed of tamperings(sealed.body, 200))
    expect(openBody(reader, header, changed)).toBeUndefined();
  expect(readRecord(inAnotherChat(reader), sealed.header)).toBeUndefined();
  expect(openBody(inAnotherChat(reader), header, sealed.body)).toBeUndefined();
  const elsewhere = { ...header, id: new Uint8Array(16).fill(5) as RecordId };
  expect(openBody(reader, elsewhere, sealed.body)).toBeUndefined();
});

test('[E2] a record counts only if its author was a member in the epoch under which it is sealed', async () => {
  const { sealed } = await seal();
  const memberFrom = (first: number) => ({
    ...chat.contextOf(1),
    wasMember: (_device: unknown, { epoch }: { epoch: number }) => epoch >= first,
  });
  expect(readRecord(memberFrom(1), sealed.header)).toBeDefined();
  expect(readRecord(memberFrom(2), sealed.header)).toBeUndefined();
});

test('[D2] the signature covers every field of the header', async () => {
  const { sealed } = await seal();
  const reader = chat.contextOf(1);
  const read = readRecord(reader, sealed.header);
  if (!read) throw new Error('expected a record');
  const { header } = read;
  const changes: Partial<typeof header>[] = [
    { kind: recordKinds.deletion },
    { id: new Uint8Array(16).fill(5) as RecordId },
    { device: reader.self.device },
    { sequence: 2 },
    { previous: new Uint8Array(16).fill(1) },
    { ledgerHead: new Uint8Array(16).fill(1) as typeof header.ledgerHead },
    { bodyHash: new Uint8Array(32) },
    { at: header.at + 1 },
    { seen: { ...header.seen, seq: 9 } },
  ];
  expect(changes.length).toBe(Object.keys(header).length - 1); // all but the version
  for (const change of changes) {
    const changed = { ...read, header: { ...header, ...change } };
    expect(await verifyRecord(reader, changed)).toBe(false);
  }
  expect(await verifyRecord(inAnotherChat(reader), read)).toBe(false);
  expect(await verifyRecord(reader, { ...read, author: reader.self })).toBe(false);
});

test('[D4] a body counts only under its own header, and the header verifies without it', async () => {
  const { header, sealed } = await seal();
  const another = await seal({ kind: 'message', text: 'something else' });
  const reader = chat.contextOf(1);
  expect(openBody(reader, header, another.sealed.body)).toBeUndefined();
  expect(openBody(reader, header, undefined)).toBeUndefined();
  const read = readRecord(reader, sealed.header);
  expect(read && (await verifyRecord(reader, read))).toBe(true);
});

test('[D4] the same words twice have different hashes, so a deleted one is not told by its hash', async () => {
  expect((await seal()).header.bodyHash).not.toEqual((await seal()).header.bodyHash);
});

test('[D5] every kind of body comes back as it went', () => {
  const bodies: Body[] = [
    message,
    { ...message, replyTo: id },
    { kind: 'edit', target: id, text: 'new' },
    { kind: 'deletion', target: id },
    { kind: 'reaction', target: id, emoji: '👍' },
    { kind: 'reaction', target: id, emoji: '' },
  ];
  for (const body of bodies) expect(parseBody(recordKinds[body.kind], encodeBody(body))).toEqual(body);
});

test("[D5] an unknown kind, or bytes that are not its kind's, are no body", () => {
  expect(parseBody(99, encodeBody(message))).toBeUndefined();
  expect(parseBody(recordKinds.deletion, encodeBody(message))).toBeUndefined();
  expect(parseBody(recordKinds.message, encodeBody(message).slice(0, -1))).toBeUndefined();
});
