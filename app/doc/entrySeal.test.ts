import { beforeAll, describe, expect, test } from 'vitest';
import { entryKinds, parseEntry } from '../../shared/protocol/entry.ts';
import { noEntryHash, type SessionId } from '../../shared/protocol/ids.ts';
import { openEntry, sealEntry } from '../crypto/envelope.ts';
import { createTestChat, tamperings } from '../testing/testChat.ts';
import type { ChatContext } from './chatContext.ts';
import { openUpdate, sealUpdate } from './entrySeal.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  chat = await createTestChat(2);
});
const update = Uint8Array.from({ length: 40 }, (_, i) => i);
const place = {
  kind: entryKinds.segment,
  session: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) as SessionId,
  sequence: 1,
  previous: noEntryHash,
};
const sealed = () => sealUpdate(chat.contextOf(0), chat.document, place, update, chat.chance.bytes);

describe('an entry', () => {
  test('[E1] opens for another member as what was sealed, with its author', async () => {
    const opened = await openUpdate(chat.contextOf(1), chat.document, place.kind, await sealed());
    expect(opened.ok && opened.value.update).toEqual(update);
    expect(opened.ok && opened.value.author.device).toEqual(chat.contextOf(0).self.device);
    expect(opened.ok && opened.value.header).toMatchObject({ ...place, epoch: 1 });
  });

  test('[E1] does not open after any change, nor in another document', async () => {
    const entry = await sealed();
    for (const changed of tamperings(entry, 300)) {
      expect((await openUpdate(chat.contextOf(1), chat.document, place.kind, changed)).ok).toBe(false);
    }
    expect(await openUpdate(chat.contextOf(1), chat.meta, place.kind, entry)).toMatchObject({
      error: 'undecryptable',
    });
  });

  test('[E1] sealed again by a member in another place keeps no right signature', async () => {
    const entry = parseEntry(await sealed());
    const key = chat.contextOf(1).currentKeys().entryKey;
    const plaintext = entry && openEntry(key, chat.document, entry);
    if (!entry || !plaintext) throw new Error('expected an entry');
    for (const moved of [
      { ...entry.header, sequence: 2 },
      { ...entry.header, session: Uint8Array.of(9, 2, 3, 4, 5, 6, 7, 8) as SessionId },
      { ...entry.header, author: chat.contextOf(1).tagOf(chat.contextOf(1).self.device) },
    ]) {
      const { commitment, ...header } = moved;
      const again = sealEntry(key, chat.document, header, plaintext, chat.chance.bytes);
      expect(await openUpdate(chat.contextOf(0), chat.document, place.kind, again)).toMatchObject({
        error: 'bad-signature',
      });
    }
  });

  test('[E2] of another kind, an unknown epoch or a stranger is refused by name', async () => {
    const entry = await sealed();
    const reader = chat.contextOf(1);
    const why = async (context: ChatContext, kind: number = place.kind, bytes: Uint8Array = entry) => {
      const opened = await openUpdate(context, chat.document, kind, bytes);
      return opened.ok ? 'opened' : opened.error;
    };
    expect(await why(reader)).toBe('opened');
    expect(await why(reader, entryKinds.meta)).toBe('unknown-kind');
    expect(await why({ ...reader, keysOf: () => [] })).toBe('missing-key');
    expect(await why({ ...reader, authorByTag: () => undefined })).toBe('unknown-author');
    expect(await why(reader, place.kind, entry.slice(0, 40))).toBe('malformed');
    const other = reader.self;
    expect(await why({ ...reader, authorByTag: () => other })).toBe('bad-signature');
  });
});
