import 'fake-indexeddb/auto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { idToText, type SigningPublicKey, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok } from '../../shared/protocol/result.ts';
import { encodeUserGenesis, parseUserGenesis, userIdOf } from '../../shared/protocol/userLedger.ts';
import { claimStatement } from '../../shared/protocol/statements.ts';
import { parseChatEntry } from '../../shared/protocol/chatLedger.ts';
import { boxPath } from '../crypto/boxTree.ts';
import type { SigningSeed } from '../crypto/keyTree.ts';
import { sha256 } from '../crypto/hash.ts';
import { platformRandom } from '../crypto/random.ts';
import { verifySignature } from '../crypto/sign.ts';
import { openStorage } from '../storage/storage.ts';
import { platformClock } from '../sync/clock.ts';
import { openTestStorage } from '../testing/testRows.ts';
import { tamperings } from '../testing/testChat.ts';
import { openChatBox, sealChatBoxes } from './chatBoxes.ts';
import { createChatGenesis, openChatGenesis } from './chatGenesis.ts';
import { openChatMail, sealChatMail, type ChatMail } from './chatMail.ts';
import { createContacts } from './contacts.ts';
import { createIdentity, loadIdentity, type Identity } from './identity.ts';
import {
  invitationToLink,
  newInvitationSecret,
  openInvitationKeys,
  parseInvitationLink,
} from './invitation.ts';
import { ownInvitations, placeOf } from './keptForReturn.ts';
import { readUserLedger, type Person } from './userLedgers.ts';

let people: { identity: Identity; person: Person }[] = [];
beforeAll(async () => {
  people = [];
  for (const name of ['ada', 'ben', 'cleo']) {
    const storage = await openStorage(`contacts test ${name}`);
    const identity = await createIdentity(storage, platformRandom);
    const kept = await loadIdentity(storage);
    expect(kept?.user).toEqual(identity.user);
    storage.close();
    const person = await readUserLedger(identity.user, [identity.genesis]);
    if (!person) throw new Error('expected a person');
    people.push({ identity, person });
  }
});
const at = (index: number) => {
  const found = people[index];
  if (!found) throw new RangeError('three people');
  return found;
};

describe('a user ledger', () => {
  test('[L1] certifies its user and names their keys', () => {
    const { identity, person } = at(0);
    expect(person.user).toEqual(identity.user);
    expect(person.device).toEqual(identity.device);
    expect(person.deviceKey).toEqual(identity.signer.publicKey);
  });

  test("[L1] is nobody's after a change, under another user's id, or with more behind it", async () => {
    const { identity } = at(0);
    for (const changed of tamperings(identity.genesis, 60)) {
      expect(await readUserLedger(identity.user, [changed])).toBeUndefined();
    }
    expect(await readUserLedger(at(1).identity.user, [identity.genesis])).toBeUndefined();
    expect(await readUserLedger(identity.user, [identity.genesis, identity.genesis])).toBeUndefined();
    expect(await readUserLedger(identity.user, [])).toBeUndefined();
  });

  test('[L1] needs the signatures of both keys that it names', async () => {
    const genesis = parseUserGenesis(at(0).identity.genesis);
    if (!genesis) throw new Error('expected a genesis');
    for (const spoiled of [
      { ...genesis, deviceSignature: genesis.recoverySignature },
      { ...genesis, recoverySignature: genesis.deviceSignature },
    ]) {
      const bytes = encodeUserGenesis(spoiled);
      expect(await readUserLedger(userIdOf(sha256, bytes), [bytes])).toBeUndefined();
    }
  });
});

describe('a chat genesis', () => {
  const start = () =>
    createChatGenesis(
      { ...at(0).person, signer: at(0).identity.signer },
      [at(1).person, at(2).person],
      { kind: 'group', title: 'Three of us', createdAt: 1000 },
      platformRandom,
    );
  const personOf = async (user: UserId) =>
    people.map(({ person }) => person).find((person) => idToText(person.user) === idToText(user));

  test('[L2] opens for each member with their own box, to the same secrets', async () => {
    const made = await start();
    for (const index of [0, 1, 2]) {
      const box = {
        bytes: made.boxes[index] ?? new Uint8Array(),
        index,
        path: boxPath(made.boxes, index),
      };
      const result = await openChatGenesis(made.chat, made.entry, box, at(index).identity, personOf);
      if ('fault' in result) throw new Error(result.fault);
      expect(result.opened.secrets).toEqual(made.secrets);
      expect(result.opened.inside.title).toBe('Three of us');
    }
  });

  test('[L2] refuses a changed entry, box, place or chat, by name', async () => {
    const made = await start();
    const box = { bytes: made.boxes[1] ?? new Uint8Array(), index: 1, path: boxPath(made.boxes, 1) };
    const self = at(1).identity;
    const why = async (...given: Parameters<typeof openChatGenesis>) => {
      const result = await openChatGenesis(...given);
      return 'fault' in result ? result.fault : 'opened';
    };
    expect(await why(made.chat, made.entry, box, self, personOf)).toBe('opened');
    for (const changed of tamperings(made.entry, 40)) {
      expect(await why(made.chat, changed, box, self, personOf)).not.toBe('opened');
    }
    for (const bytes of tamperings(box.bytes, 12)) {
      expect(await why(made.chat, made.entry, { ...box, bytes }, self, personOf)).toBe('no-box-for-me');
    }
    const another = { bytes: made.boxes[2] ?? new Uint8Array(), index: 2, path: boxPath(made.boxes, 2) };
    expect(await why(made.chat, made.entry, another, self, personOf)).toBe('no-box-for-me');
    expect(await why(made.chat, made.entry, { ...box, index: 2 }, self, personOf)).toBe('no-box-for-me');
    expect(await why(made.chat, made.entry, { ...box, path: [] }, self, personOf)).toBe('no-box-for-me');
    const other = await start();
    expect(await why(other.chat, made.entry, box, self, personOf)).toBe('wrong-chat');
  });

  test('[L2] refuses a box whose secrets are not those of the chat', async () => {
    const made = await start();
    const other = await start();
    const outside = parseChatEntry(made.entry)?.body;
    if (!outside) throw new Error('expected an entry');
    const to = [{ person: at(1).person, isAdmin: false }];
    const seed = new Uint8Array(32) as SigningSeed;
    const [box] = sealChatBoxes(to, other.secrets, seed, outside.nonce, platformRandom);
    expect(await openChatBox(outside, box ?? new Uint8Array(), at(1).identity)).toBe('wrong-secrets');
  });

  test('[L2] refuses a creator who did not sign it', async () => {
    const made = await start();
    const box = { bytes: made.boxes[1] ?? new Uint8Array(), index: 1, path: boxPath(made.boxes, 1) };
    const impostor = async (user: UserId) => {
      const person = await personOf(user);
      return person && { ...person, deviceKey: at(2).person.deviceKey };
    };
    const result = await openChatGenesis(made.chat, made.entry, box, at(1).identity, impostor);
    expect(result).toEqual({ fault: 'bad-signature' });
  });
});

describe('an invitation', () => {
  const linkOf = () =>
    invitationToLink('https://convo.example', {
      version: 1,
      inviter: at(0).identity.user,
      ledgerHead: at(0).person.head,
      secret: newInvitationSecret(platformRandom),
    });

  test('[L3] link and fragment come back as they went', () => {
    const link = linkOf();
    const parsed = parseInvitationLink(link);
    expect(parsed?.inviter).toEqual(at(0).identity.user);
    expect(parseInvitationLink(new URL(link).hash)).toEqual(parsed);
    expect(parsed && invitationToLink('https://convo.example', parsed)).toBe(link);
  });

  test('[L3] a link that is cut, longer, of another version or none at all is no invitation', () => {
    const link = linkOf();
    for (const broken of [
      link.slice(0, -2),
      `${link}AA`,
      link.replace('#invite=A', '#invite=B'),
      'hello',
      '',
    ]) {
      expect(parseInvitationLink(broken)).toBeUndefined();
    }
  });

  test('[L3] a bundle opens under its own secret only, and not after a change', async () => {
    const keys = await openInvitationKeys(newInvitationSecret(platformRandom));
    const others = await openInvitationKeys(newInvitationSecret(platformRandom));
    const bundle = keys.sealBundle('Ada', platformRandom);
    expect(keys.openBundle(bundle)?.name).toBe('Ada');
    expect(others.openBundle(bundle)).toBeUndefined();
    for (const changed of tamperings(bundle, 200)) expect(keys.openBundle(changed)).toBeUndefined();
  });

  test('[L3] a claim is for one user at one relay', async () => {
    const keys = await openInvitationKeys(newInvitationSecret(platformRandom));
    const relayKey = new Uint8Array(32).fill(7) as SigningPublicKey;
    const userId = at(1).identity.user;
    const claim = await keys.claim(relayKey, userId);
    const said = { relayKey, invitationId: keys.id, userId };
    expect(await verifySignature(keys.key, claimStatement(said), claim)).toBe(true);
    const forAnother = claimStatement({ ...said, userId: at(2).identity.user });
    expect(await verifySignature(keys.key, forAnother, claim)).toBe(false);
    const elsewhere = claimStatement({ ...said, relayKey: new Uint8Array(32).fill(8) as SigningPublicKey });
    expect(await verifySignature(keys.key, elsewhere, claim)).toBe(false);
  });
});

test('[L11] of invitations that are made at the same moment each is kept', async () => {
  const storage = await openTestStorage();
  const offline = async () => fail('offline');
  const contacts = createContacts({
    identity: at(0).identity,
    account: {
      relayKey: bytesToBase64url(new Uint8Array(32)),
      handle: 'ada',
      isAdministrator: false,
      certificate: '',
    },
    storage,
    http: { origin: 'https://convo.example', get: offline, post: offline },
    clock: platformClock,
    random: platformRandom,
    accessToken: async () => ok('token'),
    selfName: () => 'Ada',
  });
  await Promise.all([contacts.createInvitation(), contacts.createInvitation()]);
  expect(await storage.setting(placeOf.invitations, ownInvitations)).toHaveLength(2);
});

test('[L4] a mail opens for its addressee only, and not after a change', async () => {
  const { identity, person } = at(1);
  const filled = (length: number) => new Uint8Array(length).fill(1);
  const mail = {
    version: 2,
    chat: filled(32),
    epoch: 1,
    boxIndex: 1,
    sender: at(0).identity.user,
    isInvited: true,
    invitation: filled(16),
    invitationKey: filled(32),
    claim: filled(64),
  } as unknown as ChatMail;
  const sealed = sealChatMail(identity.user, person.userBoxKey, mail, platformRandom);
  expect(openChatMail(identity, sealed)).toEqual(mail);
  expect(openChatMail(at(2).identity, sealed)).toBeUndefined();
  expect(openChatMail({ ...identity, user: at(2).identity.user }, sealed)).toBeUndefined();
  for (const changed of tamperings(sealed, 12)) expect(openChatMail(identity, changed)).toBeUndefined();
});
