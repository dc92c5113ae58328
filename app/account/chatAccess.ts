// A chat as the device keeps it, and as its documents need it: from a ledger entry to a stored chat, and from that to
// keys, authors and tags.
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import {
  idToText,
  type AuthorTag,
  type BoxPublicKey,
  type ChatId,
  type DeviceId,
  type DocumentId,
  type LedgerHead,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import {
  authorTagOf,
  deriveEpochKeys,
  documentIdOf,
  type EpochSecret,
  type RootSecret,
} from '../crypto/keyTree.ts';
import { signerFromSeed } from '../crypto/sign.ts';
import type { Author, ChatContext } from '../doc/chatContext.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Prover } from '../sync/link.ts';
import { capabilityStatement, rights } from '../../shared/protocol/statements.ts';
import { chatKindOf, type NewChat } from './chatGenesis.ts';
import type { Identity } from './identity.ts';
import type { Person } from './userLedgers.ts';

/** A chat as it begins on this device. */
export function newStoredChat(
  opened: Omit<NewChat, 'boxes'>,
  people: readonly Person[],
  names: StoredChat['names'],
): StoredChat {
  const { inside, secrets } = opened;
  return {
    id: idToText(opened.chat),
    at: inside.createdAt,
    kind: chatKindOf(inside.kind),
    title: inside.title,
    createdAt: inside.createdAt,
    creator: idToText(inside.creator),
    members: people.map((person) => ({
      user: idToText(person.user),
      device: idToText(person.device),
      deviceKey: bytesToBase64url(person.deviceKey),
      boxKey: bytesToBase64url(person.userBoxKey),
      ledgerHead: idToText(person.head),
    })),
    epoch: secrets.epoch,
    epochSecret: bytesToBase64url(secrets.epochSecret),
    rootSecret: bytesToBase64url(secrets.rootSecret),
    ledgerHead: idToText(opened.head),
    ledger: [bytesToBase64url(opened.entry)],
    unread: 0,
    draft: '',
    marks: {},
    names,
    chains: {},
    latestAt: 0,
  };
}

/** Bytes that this device wrote itself as text; a row that holds anything else is damaged. */
function bytesOf<T extends Bytes>(text: string): T {
  const bytes = parseBase64url(text);
  if (!bytes) throw new Error('a stored chat is damaged');
  return bytes as T;
}

/** People of a stored chat, as far as their ledgers were checked when it was stored. */
export const peopleOf = (chat: StoredChat): readonly Person[] =>
  chat.members.map((member) => ({
    user: bytesOf<UserId>(member.user),
    device: bytesOf<DeviceId>(member.device),
    deviceKey: bytesOf<SigningPublicKey>(member.deviceKey),
    userBoxKey: bytesOf<BoxPublicKey>(member.boxKey),
    head: bytesOf(member.ledgerHead),
  }));

export interface ChatAccess {
  readonly context: ChatContext;
  readonly prove: Prover;
  /** Segments count from 0. */
  readonly documents: { readonly segment: (n: number) => DocumentId; readonly meta: DocumentId };
}

export function openChatAccess(chat: StoredChat, identity: Identity): ChatAccess {
  const root = bytesOf<RootSecret>(chat.rootSecret);
  const keys = deriveEpochKeys(bytesOf<EpochSecret>(chat.epochSecret), chat.epoch, root);
  const chatId = bytesOf<ChatId>(chat.id);
  const ledgerHead = bytesOf<LedgerHead>(chat.ledgerHead);
  const authors: readonly Author[] = peopleOf(chat);
  const byDevice = new Map(authors.map((author) => [idToText(author.device), author]));
  const byTag = new Map(authors.map((author) => [idToText(authorTagOf(root, author.device)), author]));
  const tags = new Map<string, AuthorTag>();
  const { user, device, signer } = identity;

  return {
    context: {
      chat: chatId,
      self: { user, device, deviceKey: signer.publicKey, signer },
      currentKeys: () => keys,
      keysOf: (epoch) => (epoch === keys.epoch ? keys : undefined),
      ledgerHead: () => ledgerHead,
      tagOf(of) {
        const key = idToText(of);
        const tag = tags.get(key) ?? authorTagOf(root, of);
        tags.set(key, tag);
        return tag;
      },
      readerCount: () => authors.length,
      authorByTag: (tag) => byTag.get(idToText(tag)),
      authorByDevice: (of) => byDevice.get(idToText(of)),
    },
    async prove(challenge) {
      const sign = async (seed: Bytes, right: number) => {
        const capability = await signerFromSeed(seed);
        return capability.sign(capabilityStatement({ challenge, chatId, epoch: keys.epoch, right }));
      };
      return {
        epoch: keys.epoch,
        readProof: await sign(keys.readCapabilitySeed, rights.read),
        postProof: await sign(keys.postCapabilitySeed, rights.post),
      };
    },
    documents: {
      segment: (n) => documentIdOf(root, `segment/${n}`),
      meta: documentIdOf(root, 'meta'),
    },
  };
}
