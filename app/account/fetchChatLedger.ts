// A chat's ledger from the relay, read as far as this person may: with the keys at hand, and with the boxes that the
// ledger says are theirs. Believes nothing that the ledger does not bear out.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { boxResponse, ledgerResponse } from '../../shared/protocol/http.ts';
import { parseChatEntry, type ChatEntryBody } from '../../shared/protocol/chatLedger.ts';
import { idToText, type ChatId, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { RootSecret, SigningSeed } from '../crypto/keyTree.ts';
import type { StoredChat } from '../storage/models.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';
import { openChatBox } from './chatBoxes.ts';
import { headsOf, readChatLedger } from './chatLedger.ts';
import { roles } from './chatState.ts';
import type { Identity } from './identity.ts';
import { bytesOf, personOfMember, secretsOf, type ReadLedger } from './storedChats.ts';
import { fetchPerson, type Person } from './userLedgers.ts';

export interface LedgerDeps {
  readonly identity: Identity;
  readonly http: RelayHttp;
  readonly accessToken: () => Promise<Result<string, HttpFailure>>;
}
/** Which box is one's own, as somebody says who has just added this person. */
export interface BoxHint {
  readonly epoch: number;
  readonly index: number;
}
/**
 * offline: try again; not-found: the relay has no such chat; no-box: nothing here opens; bad-ledger: what the relay hands
 * out can't be this chat's ledger, or is a branch of it that can't be read, or that this device may not follow.
 */
export type LedgerFailure = 'offline' | 'not-found' | 'no-box' | 'bad-ledger';

/** @param known the chat as this device has it. What is found may be another branch of its ledger (`fork`). */
export async function fetchChatLedger(
  deps: LedgerDeps,
  chat: ChatId,
  known: StoredChat | undefined,
  hint?: BoxHint,
): Promise<Result<ReadLedger, LedgerFailure>> {
  const { identity, http } = deps;
  const path = `/api/ledgers/${idToText(chat)}`;
  const token = await deps.accessToken();
  if (!token.ok) return fail('offline');
  const people = new Map<string, Person>();
  for (const member of [...(known?.members ?? []), ...(known?.former ?? [])]) {
    people.set(member.user, personOfMember(member));
  }
  const personOf = async (user: UserId) => {
    const key = idToText(user);
    const person = people.get(key) ?? (await fetchPerson(http, user, token.value));
    if ('ok' in person && !person.ok) return undefined;
    const found = 'ok' in person ? person.value : person;
    people.set(key, found);
    return found;
  };
  let root = known && bytesOf<RootSecret>(known.rootSecret);
  let entries: readonly Bytes[] = [];
  let bodies: readonly ChatEntryBody[] = [];
  const asked = new Set<string>();

  /** Whether the relay's ledger has grown since the last look, and still begins with what was there. */
  async function look(): Promise<Result<boolean, LedgerFailure>> {
    const answer = await http.get(path, ledgerResponse, token.ok ? token.value : undefined);
    if (!answer.ok) return fail(answer.error === 'not-found' ? 'not-found' : 'offline');
    const next = answer.value.entries;
    const isLonger = next.length > entries.length;
    const parsed = next.map((entry) => parseChatEntry(entry)?.body);
    if (parsed.some((body) => !body)) return fail('bad-ledger');
    entries = next;
    bodies = parsed.filter((body) => body !== undefined);
    return ok(isLonger);
  }

  /** Takes one's own box of an epoch. True when it holds what the ledger commits to. */
  async function takeBox(epoch: number, index: number): Promise<Result<boolean, LedgerFailure>> {
    const place = `${epoch}/${index}`;
    if (asked.has(place)) return ok(false);
    asked.add(place);
    const answer = await http.get(`${path}/boxes/${place}`, boxResponse, token.ok ? token.value : undefined);
    if (!answer.ok) return answer.error === 'not-found' ? ok(false) : fail('offline');
    // The relay keeps an epoch's newest boxes: they are of the newest entry that gave some.
    const inEpoch = bodies.filter((body) => body.epoch === epoch);
    const givers = inEpoch.filter((body, at) => {
      const below = inEpoch[at - 1];
      return !below || !equalBytes(below.boxesRoot, body.boxesRoot);
    });
    for (const body of givers.toReversed()) {
      const opened = await openChatBox(body, answer.value.box, identity);
      if (typeof opened === 'string') continue;
      if (root && !equalBytes(root, opened.secrets.rootSecret)) continue;
      root = opened.secrets.rootSecret;
      secrets.set(epoch, opened.secrets.epochSecret);
      if (opened.adminSeed) adminSeeds.set(epoch, opened.adminSeed);
      return ok(true);
    }
    // Boxes may have been given anew between the two answers.
    const grown = await look();
    if (!grown.ok) return grown;
    // And now it is another branch: all over again, another time.
    if (partingOf() !== parting) return fail('offline');
    if (grown.value) asked.delete(place);
    return ok(grown.value);
  }

  const first = await look();
  if (!first.ok) return first;
  /** The place of the first entry that is not the one read before; -1 where all of them are there. */
  const partingOf = () => {
    const heads = headsOf(entries);
    return (known?.heads ?? []).findIndex((head, at) => head !== heads[at]);
  };
  const parting = partingOf();
  // A ledger that is shorter than the one seen before is no news yet: a relay that forgot is told again.
  if (parting === entries.length) return fail('offline');
  const isFork = parting !== -1;
  // Behind the parting the same epochs have other secrets.
  const lastCommon = isFork ? (bodies[parting - 1]?.epoch ?? 0) : Infinity;
  const secrets = new Map([...(known ? secretsOf(known) : [])].filter(([epoch]) => epoch <= lastCommon));
  const adminSeeds = new Map<number, SigningSeed>();
  if (known?.adminSeed !== undefined && known.epoch <= lastCommon) {
    adminSeeds.set(known.epoch, bytesOf(known.adminSeed));
  }
  for (;;) {
    if (!root) {
      const taken = hint ? await takeBox(hint.epoch, hint.index) : ok(false);
      if (!taken.ok) return taken;
      if (!taken.value) return fail('no-box');
      continue;
    }
    const read = await readChatLedger({ chat, entries, root, secrets, personOf });
    if (!read.ok) {
      const taken = read.error === 'no-key' && hint ? await takeBox(hint.epoch, hint.index) : ok(false);
      if (!taken.ok) return taken;
      if (taken.value) continue;
      return fail(read.error === 'no-people' ? 'offline' : read.error === 'no-key' ? 'no-box' : 'bad-ledger');
    }
    const ledger = read.value;
    for (const [epoch, secret] of ledger.secrets) secrets.set(epoch, secret);
    const index = ledger.members.findIndex(({ person }) => equalBytes(person.user, identity.user));
    const isAdmin = ledger.members[index]?.role === roles.admin;
    const lacksKey = !ledger.secrets.has(ledger.epoch) || ledger.epochNeeded !== undefined;
    const lacksSeed = isAdmin && !adminSeeds.has(ledger.epoch);
    const isDue = index !== -1 && (lacksKey || lacksSeed);
    let taken = isDue ? await takeBox(ledger.epochNeeded ?? ledger.epoch, index) : ok(false);
    // Who was added again may not have been able to read that they were out: then they stand elsewhere by now.
    if (hint && taken.ok && !taken.value && ledger.epochNeeded !== undefined) {
      taken = await takeBox(hint.epoch, hint.index);
    }
    // A box that doesn't open must not close what comes later: the newest epoch's key leads back to this one. Who stood
    // before may be gone, so the own box lies there or further to the front.
    const newest = bodies.at(-1)?.epoch ?? 0;
    for (let at = index; taken.ok && !taken.value && ledger.epochNeeded !== undefined && at >= 0; at--) {
      taken = await takeBox(newest, at);
    }
    if (!taken.ok) return taken;
    if (taken.value) continue;
    const adminSeed = isAdmin ? adminSeeds.get(ledger.epoch) : undefined;
    if (!isFork) return ok({ entries, ledger, root, adminSeed });
    // Of another branch a member reads all, or believes nothing; who is out in it can't.
    const isWhole = ledger.read === entries.length && ledger.secrets.has(ledger.epoch);
    if (ledger.isStuck || (index !== -1 && !isWhole)) return fail('bad-ledger');
    const fork = { at: parting, epoch: lastCommon };
    return ok({ entries, ledger, root, adminSeed, fork });
  }
}
