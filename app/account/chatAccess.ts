// What a stored chat's documents need of it: keys by epoch, authors, tags, and the proof of its capabilities to the relay.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import {
  idToText,
  type AuthorTag,
  type ChatId,
  type DocumentId,
  type LedgerHead,
} from '../../shared/protocol/ids.ts';
import { capabilityStatement, rights } from '../../shared/protocol/statements.ts';
import {
  authorTagOf,
  deriveEpochKeys,
  documentIdOf,
  type EpochKeys,
  type EpochSecret,
  type RootSecret,
  type SigningSeed,
} from '../crypto/keyTree.ts';
import { signerFromSeed } from '../crypto/sign.ts';
import type { Author, ChatContext } from '../doc/chatContext.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Prover } from '../sync/link.ts';
import type { Span } from './chatLedger.ts';
import type { Identity } from './identity.ts';
import { bytesOf, leftPeopleOf, leftSecretsOf, personOfMember, secretsOf, spansOf } from './storedChats.ts';

export interface ChatAccess {
  readonly context: ChatContext;
  readonly prove: Prover;
  /** Segments count from 0. */
  readonly documents: { readonly segment: (n: number) => DocumentId; readonly meta: DocumentId };
  /** The chat as its ledger has it now. */
  renew(chat: StoredChat): void;
}

interface Known {
  readonly author: Author;
  readonly spans: readonly Span[];
}
/** What follows from a stored chat; all of it is replaced when the ledger moves. */
function knowledgeOf(chat: StoredChat, root: RootSecret) {
  const secrets = secretsOf(chat);
  const keys = new Map<number, readonly EpochKeys[]>();
  const left = new Set<EpochKeys>();
  // Whoever is in the ledger, too, is who that says.
  const people = [...leftPeopleOf(chat), ...(chat.former ?? []), ...chat.members].map((member): Known => ({
    author: personOfMember(member),
    spans: spansOf(member),
  }));
  return {
    epoch: chat.epoch,
    adminSeed: chat.adminSeed === undefined ? undefined : bytesOf<SigningSeed>(chat.adminSeed),
    isLeft: (of: EpochKeys) => left.has(of),
    keysOf(epoch: number): readonly EpochKeys[] {
      const known = keys.get(epoch);
      if (known) return known;
      const secret = secrets.get(epoch);
      const own = secret && bytesToBase64url(secret);
      const others = new Set(leftSecretsOf(chat).flatMap((one) => (one.epoch === epoch ? [one.secret] : [])));
      const all = [...new Set([...(own === undefined ? [] : [own]), ...others])].map((text) => {
        const derived = deriveEpochKeys(bytesOf<EpochSecret>(text), epoch, root);
        if (others.has(text)) left.add(derived);
        return derived;
      });
      keys.set(epoch, all);
      return all;
    },
    head: bytesOf<LedgerHead>(chat.ledgerHead),
    heads: new Set([chat.ledgerHead, ...(chat.heads ?? [])]),
    readerCount: chat.members.length,
    byDevice: new Map(people.map((known) => [idToText(known.author.device), known])),
    byTag: new Map(people.map((known) => [idToText(authorTagOf(root, known.author.device)), known.author])),
  };
}

/** @param learn fetches the ledger; true once this device has read as far as the relay has it. */
export function openChatAccess(
  chat: StoredChat,
  identity: Identity,
  learn: ChatContext['learn'] = () => Promise.resolve(true),
): ChatAccess {
  const root = bytesOf<RootSecret>(chat.rootSecret);
  const chatId = bytesOf<ChatId>(chat.id);
  let known = knowledgeOf(chat, root);
  const tags = new Map<string, AuthorTag>();
  const { user, device, signer } = identity;
  const currentKeys = (): EpochKeys => {
    const [keys] = known.keysOf(known.epoch);
    if (!keys) throw new Error('a stored chat is damaged');
    return keys;
  };

  return {
    context: {
      chat: chatId,
      self: { user, device, deviceKey: signer.publicKey, signer },
      currentKeys,
      keysOf: (epoch) => known.keysOf(epoch),
      ledgerHead: () => known.head,
      tagOf(of) {
        const key = idToText(of);
        const tag = tags.get(key) ?? authorTagOf(root, of);
        tags.set(key, tag);
        return tag;
      },
      isAdmin: () => known.adminSeed !== undefined,
      readerCount: () => known.readerCount,
      authorByTag: (tag) => known.byTag.get(idToText(tag)),
      authorByDevice: (of) => known.byDevice.get(idToText(of))?.author,
      wasMember(of, keys) {
        const { spans } = known.byDevice.get(idToText(of)) ?? {};
        const { epoch } = keys;
        // Who was there in a branch that was left, this ledger doesn't say.
        if (spans && known.isLeft(keys)) return true;
        return spans?.some(({ from, to }) => from <= epoch && epoch <= (to ?? Infinity)) ?? false;
      },
      knows: (head, epoch) => known.heads.has(idToText(head)) && known.keysOf(epoch).length > 0,
      learn,
      patience: {},
    },
    async prove(challenge) {
      const keys = currentKeys();
      const { adminSeed } = known;
      const sign = async (seed: Bytes, right: number) => {
        const capability = await signerFromSeed(seed);
        return capability.sign(capabilityStatement({ challenge, chatId, epoch: keys.epoch, right }));
      };
      return {
        epoch: keys.epoch,
        readProof: await sign(keys.readCapabilitySeed, rights.read),
        // With the admins' key, where it is here: that shows the right to purge as well (SPEC A11).
        postProof: await sign(adminSeed ?? keys.postCapabilitySeed, rights.post),
      };
    },
    documents: {
      segment: (n) => documentIdOf(root, `segment/${n}`),
      meta: documentIdOf(root, 'meta'),
    },
    renew(next) {
      known = knowledgeOf(next, root);
    },
  };
}
