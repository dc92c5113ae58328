// How people come together: invitations made, looked at and accepted, chats started, and chats that others started with
// this person. Believes no chat that it can't check against ledgers, and no stranger without an invitation.
import * as v from 'valibot';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  boxResponse,
  invitationInfo,
  invitationResponse,
  ledgerResponse,
  type claimRequest,
} from '../../shared/protocol/http.ts';
import {
  idToText,
  noEntryHash,
  parseId,
  type InvitationId,
  type Signature,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { claimStatement } from '../../shared/protocol/statements.ts';
import type { Random } from '../crypto/random.ts';
import { verifySignature } from '../crypto/sign.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';

import { createChatGenesis, openChatGenesis } from './chatGenesis.ts';
import { openChatMail, sealChatMail, type ChatMail } from './chatMail.ts';
import type { ChatKind } from './chatState.ts';
import { fetchChatLedger, type BoxHint } from './fetchChatLedger.ts';
import type { Identity } from './identity.ts';
import {
  invitationIdOf,
  invitationLifeMs,
  invitationToLink,
  newInvitationSecret,
  openInvitationKeys,
  parseInvitationLink,
} from './invitation.ts';
import {
  createOwnInvitations,
  keepTelling,
  placeOf,
  type KeptMail,
  type KeptOwnBox,
} from './keptForReturn.ts';
import type { StoredAccount } from './storedAccount.ts';
import { newStoredChat, withLedger } from './storedChats.ts';
import type { StoredTask } from './tasks.ts';
import { fetchPerson, readUserLedger, type Person } from './userLedgers.ts';

export interface ContactsDeps {
  readonly identity: Identity;
  readonly account: StoredAccount;
  readonly storage: Storage;
  readonly http: RelayHttp;
  readonly clock: Clock;
  readonly random: Random;
  readonly accessToken: () => Promise<Result<string, HttpFailure>>;
  readonly selfName: () => string;
}
type Failure = HttpFailure | 'not-an-invitation' | 'own-invitation';
/** What a mail leads to: a chat that is new here, or one that is here and may have moved on. */
export type TakenMail =
  | { readonly kind: 'new'; readonly chat: StoredChat; readonly entries: readonly Bytes[] }
  | { readonly kind: 'known'; readonly chat: StoredChat; readonly hint: BoxHint };
export type Contacts = ReturnType<typeof createContacts>;

/** Looks at an invitation without an account and without accepting it. */
export async function inspectInvitation(http: RelayHttp, link: string) {
  const invitation = parseInvitationLink(link);
  if (!invitation) return fail('not-an-invitation');
  const keys = await openInvitationKeys(invitation.secret);
  const info = await http.get(`/api/invitations/${idToText(keys.id)}`, invitationInfo);
  if (!info.ok) return info.error === 'not-found' ? fail('not-an-invitation') : info;
  const isTrue = equalBytes(info.value.key, keys.key) && equalBytes(info.value.inviter, invitation.inviter);
  const bundle = isTrue ? keys.openBundle(info.value.bundle) : undefined;
  if (!bundle) return fail('not-an-invitation');
  return ok({
    invitation,
    keys,
    name: bundle.name,
    state: info.value.state,
    expiresAt: info.value.expiresAt,
  });
}

export function createContacts(deps: ContactsDeps) {
  const { identity, storage, http, clock, random } = deps;
  const relayKey = parseId<SigningPublicKey>(deps.account.relayKey, 32);
  if (!relayKey) throw new Error('the stored account is damaged');
  const invitations = createOwnInvitations(storage);

  const self = async (): Promise<Person> => {
    const person = await readUserLedger(identity.user, [identity.genesis]);
    if (!person) throw new Error('this user ledger does not verify');
    return person;
  };

  /** Starts a chat here and now, also offline; the relay and the others learn of it by tasks. */
  async function startChat(
    others: readonly Person[],
    about: { readonly kind: ChatKind; readonly title: string },
    names: StoredChat['names'],
    answer?: { readonly id: InvitationId; readonly key: SigningPublicKey; readonly claim: Signature },
  ): Promise<StoredChat> {
    const me = await self();
    const createdAt = clock.now();
    const creator = { ...me, signer: identity.signer };
    const started = await createChatGenesis(creator, others, { ...about, createdAt }, random);
    const chat = newStoredChat(started, [me, ...others], names);
    const batch = storage.batch().putChat(chat);
    const putTask = (order: number, task: StoredTask) =>
      batch.putTask(`${chat.id}/${order}`, createdAt + order / 1000, task);
    putTask(0, {
      kind: 'ledger',
      chat: chat.id,
      entry: bytesToBase64url(started.entry),
      boxes: started.boxes.map(bytesToBase64url),
    });
    const mails: KeptMail[] = [];
    others.forEach((person, index) => {
      const mail = sealChatMail(
        person.user,
        person.userBoxKey,
        {
          version: 2,
          chat: started.chat,
          epoch: started.secrets.epoch,
          boxIndex: index + 1,
          sender: identity.user,
          isInvited: answer !== undefined,
          invitation: answer?.id ?? (noEntryHash as Bytes as InvitationId),
          invitationKey: answer?.key ?? (new Uint8Array(32) as Bytes as SigningPublicKey),
          claim: answer?.claim ?? (new Uint8Array(64) as Bytes as Signature),
        },
        random,
      );
      const posted = { to: idToText(person.user), mail: bytesToBase64url(mail) };
      mails.push(posted);
      putTask(index + 1, { kind: 'mail', ...posted });
    });
    keepTelling(batch, chat, started.secrets.epoch, started.boxes, mails);
    if (answer) batch.putSetting(`accepted/${idToText(answer.id)}`, chat.id);
    await batch.commit();
    return chat;
  }

  /** Where an invitation leads that was accepted before, or that is of somebody with whom there is a chat of two. */
  async function chatOfInvitation(id: InvitationId, inviter: UserId): Promise<string | undefined> {
    const accepted = await storage.setting(`accepted/${idToText(id)}`, v.string());
    if (accepted !== undefined) return accepted;
    const isInviter = ({ user }: { readonly user: string }) => user === idToText(inviter);
    const chats = await storage.chats();
    return chats.find((chat) => chat.kind === 'direct' && !chat.isRemoved && chat.members.some(isInviter))
      ?.id;
  }

  return {
    relayKey,
    startChat,
    self,
    chatOfInvitation,

    /** Leaves an invitation at the relay. */
    async createInvitation(): Promise<Result<{ link: string; expiresAtMs: number }, Failure>> {
      const secret = newInvitationSecret(random);
      const keys = await openInvitationKeys(secret);
      const token = await deps.accessToken();
      if (!token.ok) return token;
      const expiresAt = clock.now() + invitationLifeMs;
      const bundle = keys.sealBundle(deps.selfName(), random);
      const signature = await keys.announce(relayKey, identity.user, expiresAt, bundle);
      const offer = {
        key: bytesToBase64url(keys.key),
        bundle: bytesToBase64url(bundle),
        signature: bytesToBase64url(signature),
      };
      await invitations.change((kept) => {
        const standing = kept.filter((invitation) => invitation.expiresAt > clock.now());
        return [...standing, { id: idToText(keys.id), expiresAt, offer }];
      });
      const answer = await http.post(
        '/api/invitations',
        { ...offer, expiresAt },
        invitationResponse,
        token.value,
      );
      if (!answer.ok) return answer;
      const ledgerHead = (await self()).head;
      const invitation = { version: 1, inviter: identity.user, ledgerHead, secret } as const;
      return ok({ link: invitationToLink(http.origin, invitation), expiresAtMs: expiresAt });
    },

    /**
     * Claims an invitation and starts the chat with its inviter. Again gives the same chat; so does another invitation of
     * the same person, which stays unused.
     */
    async accept(link: string, isClaimed: boolean): Promise<Result<StoredChat | string, Failure>> {
      const seen = await inspectInvitation(http, link);
      if (!seen.ok) return seen;
      const { invitation, keys, name } = seen.value;
      if (equalBytes(invitation.inviter, identity.user)) return fail('own-invitation');
      const accepted = await chatOfInvitation(keys.id, invitation.inviter);
      if (accepted !== undefined) return ok(accepted);
      const token = await deps.accessToken();
      if (!token.ok) return token;
      const claim = await keys.claim(relayKey, identity.user);
      if (!isClaimed) {
        const body: v.InferOutput<typeof claimRequest> = { claim };
        const path = `/api/invitations/${idToText(keys.id)}/claim`;
        const claimed = await http.post(path, body, v.unknown(), token.value);
        if (!claimed.ok) return claimed;
      }
      const inviter = await fetchPerson(http, invitation.inviter, token.value);
      if (!inviter.ok) return inviter;
      if (!equalBytes(inviter.value.head, invitation.ledgerHead)) return fail('not-an-invitation');
      const names = { [idToText(invitation.inviter)]: { name, at: 0 } };
      const answer = { id: keys.id, key: keys.key, claim };
      return ok(await startChat([inviter.value], { kind: 'direct', title: '' }, names, answer));
    },

    /**
     * A mail from the mailbox: a chat that somebody started with this person, or added them to. `offline` means try again
     * later, any other failure that the mail is no use.
     */
    async takeMail(
      mail: Bytes,
    ): Promise<Result<TakenMail, 'offline' | 'unreadable' | 'unknown-sender' | 'bad-chat'>> {
      const opened = openChatMail(identity, mail);
      if (!opened) return fail('unreadable');
      const hint = { epoch: opened.epoch, index: opened.boxIndex };
      const known = await storage.chat(idToText(opened.chat));
      if (known) {
        if (opened.isInvited) await markUsed(opened.invitation);
        return ok({ kind: 'known', chat: known, hint });
      }
      const token = await deps.accessToken();
      if (!token.ok) return fail('offline');
      const path = `/api/ledgers/${idToText(opened.chat)}`;
      const ledger = await http.get(path, ledgerResponse, token.value);
      if (!ledger.ok) {
        // A ledger that a relay has lost is put back by the chat's members.
        const mayPass = ledger.error !== 'not-found' || (await isWelcome(opened.sender, opened));
        return fail(mayPass ? 'offline' : 'bad-chat');
      }
      const [entry, ...later] = ledger.value.entries;
      if (!entry) return fail('bad-chat');
      if (later.length > 0) return takeGrownChat(opened, hint);
      const box = await http.get(`${path}/boxes/1/${hint.index}`, boxResponse, token.value);
      if (!box.ok) {
        // A box that a relay has lost is put back by who made it, maybe after another member has put back the ledger.
        const mayPass = box.error !== 'not-found' || (await isWelcome(opened.sender, opened));
        return fail(mayPass ? 'offline' : 'bad-chat');
      }
      const own = { bytes: box.value.box, index: hint.index, path: box.value.path };
      return takeNewChat(opened, entry, own, token.value);
    },
  };

  /** A chat that has only begun. */
  async function takeNewChat(
    mail: ChatMail,
    entry: Bytes,
    box: { readonly bytes: Bytes; readonly index: number; readonly path: readonly Bytes[] },
    token: string,
  ): Promise<Result<TakenMail, 'offline' | 'unknown-sender' | 'bad-chat'>> {
    const people = new Map<string, Person>();
    let isCutOff = false;
    const personOf = async (user: UserId) => {
      const key = idToText(user);
      const known = people.get(key) ?? (await fetchPerson(http, user, token));
      if ('ok' in known && !known.ok) {
        // Somebody whom a relay that lost its database does not know again yet may still come back.
        isCutOff ||= known.error !== 'bad-signature';
        return undefined;
      }
      const person = 'ok' in known ? known.value : known;
      people.set(key, person);
      return person;
    };
    const chat = await openChatGenesis(mail.chat, entry, box, identity, personOf);
    // Without the creator's ledger nothing can be said about their signature. And somebody may have been added between
    // two answers: then the box is of another entry, and the next look finds both.
    if ('fault' in chat) {
      const mayPass = chat.fault === 'no-box-for-me' || (isCutOff && (await isWelcome(mail.sender, mail)));
      return fail(mayPass ? 'offline' : 'bad-chat');
    }
    const { inside } = chat.opened;
    if (!(await isWelcome(inside.creator, mail))) return fail('unknown-sender');
    const members: Person[] = [];
    for (const member of inside.members) {
      const person = await personOf(member.user);
      if (!person) return fail(isCutOff ? 'offline' : 'bad-chat');
      members.push(person);
    }
    const kept: KeptOwnBox = {
      head: idToText(chat.opened.head),
      epoch: chat.opened.secrets.epoch,
      index: box.index,
      count: members.length,
      box: bytesToBase64url(box.bytes),
      path: box.path.map(bytesToBase64url),
    };
    await storage
      .batch()
      .putSetting(placeOf.box(idToText(mail.chat)), kept)
      .commit();
    if (mail.isInvited) await markUsed(mail.invitation);
    return ok({ kind: 'new', chat: newStoredChat(chat.opened, members, {}), entries: [entry] });
  }

  /** A chat whose ledger has gone on: read to its end, with the box that the mail names. */
  async function takeGrownChat(
    mail: ChatMail,
    hint: BoxHint,
  ): Promise<Result<TakenMail, 'offline' | 'unknown-sender' | 'bad-chat'>> {
    const read = await fetchChatLedger(deps, mail.chat, undefined, hint);
    if (!read.ok) {
      // A box that a relay has lost is put back by who made it.
      const mayPass =
        read.error === 'offline' || (read.error === 'no-box' && (await isWelcome(mail.sender, mail)));
      return fail(mayPass ? 'offline' : 'bad-chat');
    }
    const { state, events } = read.value.ledger;
    const added = events.findLast(
      ({ kind, who }) => kind === 'add' && who.some((user) => equalBytes(user, identity.user)),
    );
    if (!(await isWelcome(added?.by ?? state.creator, mail))) return fail('unknown-sender');
    const chat = withLedger(undefined, mail.chat, read.value, idToText(identity.user));
    if (mail.isInvited) await markUsed(mail.invitation);
    return ok({ kind: 'new', chat, entries: read.value.entries });
  }

  /** Someone with an invitation of mine, or someone I share a chat with, or did until one of us was removed from it. */
  async function isWelcome(
    creator: UserId,
    mail: { isInvited: boolean; invitation: InvitationId; invitationKey: SigningPublicKey; claim: Signature },
  ): Promise<boolean> {
    const user = idToText(creator);
    const chats = await storage.chats();
    const people = chats.flatMap(({ members, former }) => [...members, ...(former ?? [])]);
    if (people.some((member) => member.user === user)) return true;
    if (!mail.isInvited) return false;
    const kept = await invitations.all();
    if (!kept.some((invitation) => invitation.id === idToText(mail.invitation))) return false;
    if (!relayKey) return false;
    const said = claimStatement({ relayKey, invitationId: mail.invitation, userId: creator });
    return (
      equalBytes(invitationIdOf(mail.invitationKey), mail.invitation) &&
      (await verifySignature(mail.invitationKey, said, mail.claim))
    );
  }

  /** Somebody came with it: it is not announced again to a relay that has forgotten that. */
  async function markUsed(invitation: InvitationId) {
    const used = idToText(invitation);
    await invitations.change((kept) =>
      kept.some(({ id, offer }) => id === used && offer)
        ? kept.map((own) => (own.id === used ? { id: own.id, expiresAt: own.expiresAt } : own))
        : kept,
    );
  }
}
