// What a relay, an administrator or a stranger may put into ledgers, boxes, invitations and mail: nothing counts that is not
// borne out, what can't be read is said where people look, and no chat stops that could go on.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { bytesToBase64url } from '../../../shared/codec/base64url.ts';
import {
  chatEntryStatement,
  encodeChatEntry,
  hashChatEntry,
  parseChatEntry,
} from '../../../shared/protocol/chatLedger.ts';
import { ledgerEntryResponse } from '../../../shared/protocol/http.ts';
import { type EntryHash32, type UserId } from '../../../shared/protocol/ids.ts';
import { maxMailboxMails } from '../../../shared/protocol/limits.ts';
import { createChange, type NewChange } from '../../account/chatChange.ts';
import { chatKinds, roles } from '../../account/chatState.ts';
import { bytesOf, peopleOf, secretsOf, storedLedger } from '../../account/storedChats.ts';
import { parseInvitationLink, openInvitationKeys } from '../../account/invitation.ts';
import { fetchPerson, type Person } from '../../account/userLedgers.ts';
import { sha256 } from '../../crypto/hash.ts';
import type { RootSecret, SigningSeed } from '../../crypto/keyTree.ts';
import { signerFromSeed } from '../../crypto/sign.ts';
import { createMember, type Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
let harbour: Trio['harbour'];
let ada: Member;
let ben: Member;
let cleo: Member;
beforeEach(async () => {
  trio = await createTrio('lying answers');
  ({ harbour, ada, ben, cleo } = trio);
});
afterEach(() => harbour.close());

const until = <T>(work: Promise<T>) => harbour.clock.until(work);
async function tokenOf(member: Member) {
  const { engine } = member.headless();
  const me = engine.member();
  if (!me) throw new Error('expected a member');
  const token = await until(engine.session.accessToken(me.identity, false));
  if (!token.ok) throw new Error(token.error);
  return { http: engine.http, me, token: token.value };
}

/** An entry by Ada, with all that she knows, made as she likes; the relay takes it where its public half is right. */
async function adaPuts(
  kind: NewChange['kind'],
  lie: { readonly noise?: boolean; readonly people?: (people: readonly Person[]) => readonly Person[] },
) {
  const { storage } = ada.headless();
  const chat = await storage.chat(harbour.group);
  const entries = chat ? (await storedLedger(storage, chat)).map((text) => bytesOf<Bytes>(text)) : [];
  const last = entries.at(-1);
  const below = last && parseChatEntry(last)?.body;
  const { me, http, token } = await tokenOf(ada);
  const epochSecret = chat && secretsOf(chat).get(chat.epoch);
  if (!chat?.adminSeed || !last || !below || !epochSecret) throw new Error('expected an admin');
  const people = peopleOf(chat);
  const adminSeed = bytesOf<SigningSeed>(chat.adminSeed);
  const made = await createChange(
    {
      head: hashChatEntry(sha256, last),
      below,
      secrets: { epoch: chat.epoch, epochSecret, rootSecret: bytesOf<RootSecret>(chat.rootSecret) },
      adminSeed,
    },
    me.identity,
    {
      kind,
      state: {
        members: chat.members.map(({ user, role, ledgerHead }) => ({
          user: bytesOf<UserId>(user),
          role: role ?? roles.member,
          ledgerHead: bytesOf<EntryHash32>(ledgerHead),
        })),
        kind: chatKinds.group,
        title: chat.title,
        creator: bytesOf<UserId>(chat.creator),
        createdAt: chat.createdAt,
        isHistoryShared: true,
      },
      at: harbour.clock.now(),
      people: lie.people?.(people) ?? people,
      newcomers: [],
    },
    harbour.chance.bytes,
  );
  const parsed = parseChatEntry(made.entry);
  if (!parsed) throw new Error('expected an entry');
  const body = lie.noise ? { ...parsed.body, sealed: harbour.chance.bytes(200) } : parsed.body;
  const admin = await signerFromSeed(adminSeed);
  const entry = encodeChatEntry({ body, signature: await admin.sign(chatEntryStatement(body)) });
  const path = `/api/ledgers/${harbour.group}/entries`;
  const answer = await until(http.post(path, { entry, boxes: made.boxes }, ledgerEntryResponse, token));
  expect(answer.ok).toBe(true);
  await harbour.pass(10_000);
}

describe("an administrator's entry", () => {
  test('[L7] of noise is skipped, and the next change stands on it', async () => {
    await adaPuts('add', { noise: true });
    for (const member of [ada, ben, cleo]) {
      const chat = await member.chat(harbour.group);
      expect([chat?.heads?.length, chat?.epoch, chat?.events?.length]).toEqual([2, 1, 0]);
      expect(await trio.troubleOf(member)).toBeUndefined();
    }
    expect(await ada.changes(harbour.group, 'remove', cleo)).toBe(true);
    await harbour.pass(10_000);
    expect((await ben.chat(harbour.group))?.members).toHaveLength(2);
    await trio.says(ben, 'still here');
    expect(await trio.idsOf(ada)).toHaveLength(1);
  });

  test('[L7] that begins an epoch without counting is said in the chat; what was said stays, and others go on', async () => {
    await trio.says(ben, 'before');
    await adaPuts('turn', { noise: true });
    for (const member of [ben, cleo]) {
      expect((await member.chat(harbour.group))?.epoch).toBe(1);
      expect(await trio.troubleOf(member)).toBe('stuck');
      expect(await trio.idsOf(member)).toHaveLength(1);
    }
    await trio.says(ben, 'kept');
    expect(await trio.idsOf(ben)).toHaveLength(2);
    const [direct = ''] = harbour.direct;
    const id = await trio.says(ben, 'elsewhere', direct);
    expect((await ada.timeline(direct)).map(({ messageId }) => messageId)).toEqual([id]);
  });

  test('[L13] with a box that somebody can not open leaves them waiting for a key, and the next one brings it', async () => {
    await adaPuts('turn', {
      people: ([a, b, c]) => (a && b && c ? [a, { ...b, userBoxKey: c.userBoxKey }, c] : []),
    });
    const said = await trio.says(cleo, 'in the new epoch');
    expect(await trio.troubleOf(ben)).toBe('waiting-for-key');
    expect(await trio.troubleOf(cleo)).toBeUndefined();
    expect(await trio.idsOf(ben)).toEqual([]);
    const own = await trio.says(ben, 'waiting');
    expect(await ada.changes(harbour.group, 'turn')).toBe(true);
    await harbour.pass(20_000);
    expect(await trio.troubleOf(ben)).toBeUndefined();
    expect((await trio.idsOf(ben)).toSorted()).toEqual([said, own].toSorted());
    await trio.goesOn();
  });
});

describe('a ledger', () => {
  const ofGroup = (path: string) => path === `/api/ledgers/${harbour.group}`;
  const entriesIn = (body: unknown): readonly string[] =>
    (body as { readonly entries?: readonly string[] }).entries ?? [];

  test.each([
    ['of another chat', (_: readonly string[], other: readonly string[]) => other],
    ['of noise', (entries: readonly string[]) => [...entries, bytesToBase64url(new Uint8Array(300))]],
    [
      'with an entry that nobody signed',
      (entries: readonly string[]) => {
        const last = parseChatEntry(bytesOf<Bytes>(entries.at(-1) ?? ''));
        const head = hashChatEntry(sha256, bytesOf<Bytes>(entries.at(-1) ?? ''));
        if (!last) throw new Error('expected an entry');
        const forged = { ...last, body: { ...last.body, kind: 2, parent: head, epoch: last.body.epoch + 1 } };
        return [...entries, bytesToBase64url(encodeChatEntry(forged))];
      },
    ],
  ])('[L8] %s is told in the chat and in diagnostics, and not believed', async (_what, lie) => {
    const [direct = ''] = harbour.direct;
    const other = await ben.headless().storage.chat(direct);
    ben.isLiedTo({
      body: (path, body) => (ofGroup(path) ? { entries: lie(entriesIn(body), other?.ledger ?? []) } : body),
    });
    // Something moves, so that it is read.
    await ada.changes(harbour.group, 'turn');
    await harbour.pass(20_000);
    const before = await ben.chat(harbour.group);
    expect([before?.epoch, before?.heads?.length]).toEqual([1, 1]);
    expect(await trio.troubleOf(ben)).toBe('fork');
    expect(await trio.reasonsOf(ben)).toEqual(['forked-ledger']);
    expect(await trio.diagnosticsOf(ben)).toMatchObject({ forks: 1 });
    const own = await trio.says(ben, 'all the same');
    ben.isLiedTo();
    await harbour.pass(60_000);
    expect(await trio.troubleOf(ben)).toBeUndefined();
    expect((await ben.chat(harbour.group))?.epoch).toBe(2);
    expect(await trio.idsOf(cleo)).toEqual([own]);
    await trio.goesOn();
  });

  test('[L16] two branches: who was led into one comes back to the other, with what they have said', async () => {
    await ada.changes(harbour.group, 'remove', ben);
    await harbour.pass(5000);
    await ada.changes(harbour.group, 'add', ben, roles.admin);
    await harbour.pass(5000);
    await trio.says(cleo, 'together');
    const twin = harbour.relay.twin();
    ben.setOffline(true);
    ben.isLiedTo({ relay: () => twin });
    ben.setOffline(false);
    await harbour.pass(5000);
    await ada.changes(harbour.group, 'turn');
    await ben.changes(harbour.group, 'turn');
    const alone = await trio.says(ben, 'on my own');
    // To Ben it is a relay that was started again: he waits a minute for what others tell.
    await harbour.pass(90_000);
    expect((await ben.chat(harbour.group))?.epoch).toBe(3);
    ben.setOffline(true);
    await harbour.pass(1000);
    ben.isLiedTo();
    ben.setOffline(false);
    await harbour.pass(60_000);
    expect(await trio.troubleOf(ben)).toBeUndefined();
    const together = await trio.says(ada, 'with him again');
    for (const member of [ada, ben, cleo]) {
      expect(await trio.idsOf(member)).toEqual(expect.arrayContaining([alone, together]));
    }
    await trio.goesOn();
  });

  test('[L16] a branch from which nobody can go on is not followed', async () => {
    await ada.changes(harbour.group, 'remove', ben);
    await harbour.pass(5000);
    await ada.changes(harbour.group, 'add', ben, roles.admin);
    await harbour.pass(5000);
    const twin = harbour.relay.twin();
    const isOn = async (member: Member, lie: Parameters<Member['isLiedTo']>[0]) => {
      member.setOffline(true);
      member.isLiedTo(lie);
      member.setOffline(false);
      await harbour.pass(90_000);
    };
    await isOn(ada, { relay: () => twin });
    await adaPuts('turn', { noise: true });
    expect(await ben.changes(harbour.group, 'turn')).toBe(true);
    await harbour.pass(90_000);
    expect((await ben.chat(harbour.group))?.epoch).toBe(3);
    await isOn(ben, { relay: () => twin });
    expect(await trio.troubleOf(ben)).toBe('fork');
    await isOn(ben, {});
    expect(await trio.troubleOf(ben)).toBeUndefined();
    expect((await ben.chat(harbour.group))?.epoch).toBe(3);
  });

  test("[L2] another member's box, or one of another epoch, is not one's own", async () => {
    const own = /\/boxes\/(\d+)\/(\d+)$/;
    let asked = 0;
    const honest = new Map<string, unknown>();
    ben.isLiedTo({
      body(path, body) {
        const [, epoch] = own.exec(path) ?? [];
        if (epoch !== '2') return body;
        asked++;
        honest.set(path, body);
        return { box: bytesToBase64url(new Uint8Array(1300)), path: [] };
      },
    });
    await ada.changes(harbour.group, 'turn');
    await harbour.pass(20_000);
    expect(asked).toBeGreaterThan(0);
    expect(await trio.troubleOf(ben)).toBe('waiting-for-key');
    expect((await ben.chat(harbour.group))?.epoch).toBe(1);
    await trio.goesOn();
    expect(await trio.troubleOf(ben)).toBeUndefined();
  });
});

describe('an invitation', () => {
  const swapped = (name: string, value: unknown) => ({
    body: (path: string, body: unknown) =>
      path.startsWith('/api/invitations/') ? { ...(body as object), [name]: value } : body,
  });
  const inspect = async (link: string) => until(ben.headless().engine.inspectInvitation(link));

  test('[L3] counts only with the key, inviter and name that its link bears out', async () => {
    const link = await cleo.invites();
    expect((await inspect(link)).ok).toBe(true);
    for (const [name, value] of [
      ['inviter', ada.userId()],
      ['key', bytesToBase64url(new Uint8Array(32).fill(5))],
      ['bundle', bytesToBase64url(new Uint8Array(80))],
    ] as const) {
      ben.isLiedTo(swapped(name, value));
      expect(await inspect(link)).toEqual({ ok: false, error: 'not-an-invitation' });
    }
  });

  test("[L1] leads to nobody where the relay hands out another's ledger", async () => {
    const link = await cleo.invites();
    const { me, http, token } = await tokenOf(ben);
    const honest = await until(fetchPerson(http, bytesOf<UserId>(ada.userId()), token));
    expect(honest.ok).toBe(true);
    const adas = ada.headless().engine.member()?.identity.genesis;
    ben.isLiedTo({
      body: (path, body) =>
        path === `/api/users/${cleo.userId()}/ledger`
          ? { entries: [bytesToBase64url(adas ?? new Uint8Array())] }
          : body,
    });
    const chats = (await ben.chats()).length;
    expect(await until(me.contacts.accept(link, false))).toEqual({ ok: false, error: 'bad-signature' });
    expect(await ben.chats()).toHaveLength(chats);
  });
});

describe('mail', () => {
  test('[L4] of noise is set aside, and the next is taken', async () => {
    const { me } = await tokenOf(ben);
    expect(
      (await until(me.link.postMail(bytesOf<UserId>(cleo.userId()), harbour.chance.bytes(1500)))).ok,
    ).toBe(true);
    const link = await cleo.invites();
    const chat = await until(me.contacts.accept(link, false));
    void me.runTasks();
    await harbour.pass(10_000);
    expect(await trio.reasonsOf(cleo)).toEqual(['mail: unreadable']);
    expect(chat.ok && typeof chat.value !== 'string' && (await cleo.chats()).includes(chat.value.id)).toBe(
      true,
    );
  });

  test('[L4] that the relay hands out again starts nothing twice', async () => {
    const chats = (await ben.chats()).length;
    let mail: { mailId: number; mail: Bytes } | undefined;
    ben.isLiedTo({
      down(frame) {
        if (frame.type === 'mail') mail = frame;
        return frame.type === 'pong' && mail
          ? [{ ...mail, type: 'mail', mailId: mail.mailId + 100 }, frame]
          : [frame];
      },
    });
    const group = (await ada.startsGroup([ben], harbour.marked('again'))) ?? '';
    await harbour.pass(60_000);
    expect(mail).toBeDefined();
    expect(await ben.chats()).toHaveLength(chats + 1);
    expect(await ben.chats()).toContain(group);
    expect(await trio.reasonsOf(ben)).toEqual([]);
    // Neither does what is known of the chat begin again.
    const id = await trio.says(ada, 'still here', group);
    await harbour.pass(60_000);
    expect(await trio.idsOf(ben, group)).toEqual([id]);
    expect((await ben.headless().storage.chat(group))?.unread).toBe(1);
  });

  test('[L14] from a stranger starts no chat, also not with an invitation that they were not given', async () => {
    const eve = createMember(
      { ...harbour, chance: harbour.chance.stream('Eve'), onBug: () => {} },
      harbour.marked('Eve'),
      'stranger Eve',
    );
    await eve.open();
    await eve.signsUp({ kind: 'invitation', link: await ada.invites() }, 'eve');
    const { me, http, token } = await tokenOf(eve);
    const target = await until(fetchPerson(http, bytesOf<UserId>(ben.userId()), token));
    const invitation = parseInvitationLink(await ben.invites());
    if (!target.ok || !invitation) throw new Error('expected somebody');
    const { id, key } = await openInvitationKeys(invitation.secret);
    const claim = await me.identity.signer.sign(id);
    const chats = await ben.chats();
    const about = { kind: 'direct', title: '' } as const;
    for (const answer of [undefined, { id, key, claim }]) {
      await me.contacts.startChat([target.value], about, {}, answer);
      void me.runTasks();
      await harbour.pass(20_000);
    }
    expect(await ben.chats()).toEqual(chats);
    expect((await ben.headless().storage.setAside()).map(({ reason, count }) => [reason, count])).toEqual([
      ['mail: unknown-sender', 2],
    ]);
    await eve.closes();
  });
});

test.each([
  [
    'mails without end are passed over but for a mailbox full',
    2 * maxMailboxMails,
    [Infinity, Infinity],
    maxMailboxMails,
  ],
  ['a mail that comes again while it waits is looked at once', 1200, [600, 600], 600],
  ['two mails of one number are two', 600, [300, Infinity], 600],
] as const)('[S13] %s, and the chats go on', async (_, count, [numbers, texts], taken) => {
  const flood = Array.from({ length: count }, (_item, i) => {
    const mail = new Uint8Array(100) as Bytes;
    new DataView(mail.buffer).setUint32(96, i % texts);
    return { type: 'mail' as const, mailId: 1_000_000 + (i % numbers), mail };
  });
  ben.isLiedTo({ down: (frame) => (frame.type === 'welcome' ? [frame, ...flood] : [frame]) });
  ben.setOffline(true);
  ben.setOffline(false);
  await harbour.pass(20_000);
  const [mails] = (await ben.headless().storage.setAside()).filter(({ reason }) => reason.startsWith('mail'));
  expect(mails?.count).toBe(taken);
  ben.isLiedTo();
  await trio.talk(3);
  expect((await harbour.calm()).filter(({ kind }) => kind !== 'undecryptable')).toEqual([]);
});
