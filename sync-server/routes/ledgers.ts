// Chat ledgers: made, appended to on top of their head, read. Whoever knows a chat's id may read it: its members' half is
// sealed, and its boxes are each for one.
import { Hono } from 'hono';
import type { Bytes } from '../../shared/codec/bytes.ts';
import {
  boxResponse,
  ledgerEntryRequest,
  ledgerEntryResponse,
  ledgerResponse,
  ledgerReturnRequest,
  type LedgerReturnRequest,
} from '../../shared/protocol/http.ts';
import { chatIdOf, hashChatEntry } from '../../shared/protocol/chatLedger.ts';
import type { ChatId } from '../../shared/protocol/ids.ts';
import { userIdOf } from '../../shared/protocol/userLedger.ts';
import { boxPathOf } from '../auth/boxTree.ts';
import { authorityOf, judgeChatEntry, judgeChatGenesis } from '../auth/chatAuthority.ts';
import { judgeLedgerReturn } from '../auth/ledgerReturn.ts';
import { sha256 } from '../auth/sha256.ts';
import { judgeUserGenesis } from '../auth/userGenesis.ts';
import type { ChatRow } from '../log/chats.ts';
import { answer, idParameter, readBody, refuse, type Ask, type Env } from './answers.ts';
import { withCaller } from './callers.ts';
import type { RouteDeps } from './routeDeps.ts';

interface NewEntry {
  readonly entry: Bytes;
  readonly boxes: readonly Bytes[];
}

export function ledgerRoutes(deps: RouteDeps): Hono<Env> {
  const { log, tokens, rates } = deps;
  const app = new Hono<Env>();

  app.post('/api/ledgers', (c) =>
    withCaller(c, tokens, rates.write, async () => {
      const body = await readBody(c, ledgerEntryRequest);
      return body.ok ? createChat(c, deps, body.value) : refuse(c, body.error);
    }),
  );

  app.post('/api/ledgers/:chat/entries', (c) =>
    withCaller(c, tokens, rates.write, async () => {
      const body = await readBody(c, ledgerEntryRequest);
      if (!body.ok) return refuse(c, body.error);
      const chatId = idParameter<ChatId>(c, 'chat', 32);
      return chatId ? appendEntry(c, deps, chatId, body.value) : refuse(c, 'not-found');
    }),
  );

  app.post('/api/ledgers/:chat/return', (c) =>
    withCaller(c, tokens, rates.write, async () => {
      const body = await readBody(c, ledgerReturnRequest);
      if (!body.ok) return refuse(c, body.error);
      const chatId = idParameter<ChatId>(c, 'chat', 32);
      return chatId ? putBack(c, deps, chatId, body.value) : refuse(c, 'not-found');
    }),
  );

  app.get('/api/ledgers/:chat', (c) =>
    withCaller(c, tokens, rates.read, () => {
      const row = findChat(c, deps);
      if (row === undefined) return refuse(c, 'not-found');
      return answer(c, ledgerResponse, { entries: [...log.chats.entriesOf(row)] });
    }),
  );

  app.get('/api/ledgers/:chat/boxes/:epoch/:index', (c) =>
    withCaller(c, tokens, rates.read, () => {
      const row = findChat(c, deps);
      const [epoch, index] = [wholeNumber(c.req.param('epoch')), wholeNumber(c.req.param('index'))];
      if (row === undefined || epoch === undefined || index === undefined) return refuse(c, 'not-found');
      const boxes = log.chats.boxesOf(row, epoch);
      const box = boxes[index];
      if (box) return answer(c, boxResponse, { box, path: boxPathOf(boxes, index) });
      const returned = log.returnedBoxes.find(row, epoch, index);
      if (!returned) return refuse(c, 'not-found');
      return answer(c, boxResponse, { box: returned.box, path: [...returned.path] });
    }),
  );
  return app;
}

function findChat(c: Ask, { log }: RouteDeps): ChatRow | undefined {
  const chatId = idParameter<ChatId>(c, 'chat', 32);
  return chatId && log.chats.find(chatId);
}

const wholeNumber = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined;

function createChat(c: Ask, { log, commit }: RouteDeps, { entry, boxes }: NewEntry): Response {
  const judged = judgeChatGenesis(entry, boxes);
  if (!judged.ok) return refuse(c, judged.error);
  const { head, body } = judged.value;
  const chatId = chatIdOf(sha256, entry);
  const known = log.chats.find(chatId);
  if (known !== undefined) {
    return answer(c, ledgerEntryResponse, { chatId, head: log.chats.headOf(known)?.hash ?? head });
  }
  commit.flush();
  const stored = log.write(() => {
    const row = log.chats.create(chatId);
    log.chats.append(row, 0, head, entry);
    log.chats.replaceBoxes(row, body.epoch, boxes);
  });
  return stored.ok ? answer(c, ledgerEntryResponse, { chatId, head }) : refuse(c, stored.error);
}

function appendEntry(c: Ask, deps: RouteDeps, chatId: ChatId, { entry, boxes }: NewEntry): Response {
  const { log, commit, chatRooms, now } = deps;
  const row = log.chats.find(chatId);
  const last = row === undefined ? undefined : log.chats.headOf(row);
  if (row === undefined || !last) return refuse(c, 'not-found');
  const hash = hashChatEntry(sha256, entry);
  if (log.chats.hasEntry(row, hash)) return answer(c, ledgerEntryResponse, { chatId, head: last.hash });
  const judged = judgeChatEntry(authorityOf(last.hash, last.entry), entry, boxes, now());
  if (!judged.ok) {
    return refuse(c, judged.error, judged.error === 'head-moved' ? { detail: last.hash } : {});
  }
  // What was accepted under the old epoch is stored before the epoch ends.
  commit.flush();
  const stored = log.write(() => {
    log.chats.append(row, last.position + 1, hash, entry);
    if (boxes.length > 0) log.chats.replaceBoxes(row, judged.value.body.epoch, boxes);
  });
  if (!stored.ok) return refuse(c, stored.error);
  chatRooms.moved(chatId, judged.value);
  return answer(c, ledgerEntryResponse, { chatId, head: hash });
}

/** Stores what was lost of a ledger, all of it or nothing; what is there already stays as it is. */
function putBack(c: Ask, deps: RouteDeps, chatId: ChatId, request: LedgerReturnRequest): Response {
  const { log, commit, chatRooms } = deps;
  const row = log.chats.find(chatId);
  const known = row === undefined ? [] : log.chats.entriesOf(row);
  const judged = judgeLedgerReturn(chatId, known, request);
  if (!judged.ok) {
    const { code, head } = judged.error;
    return refuse(c, code, code === 'head-moved' && head ? { detail: head } : {});
  }
  const { fresh, authority, outdatedEpochs, boxes } = judged.value;
  const people = forgottenPeople(deps, request.people);
  // What was accepted under the old epoch is stored before the epoch ends.
  commit.flush();
  const stored = log.write(() => {
    const chat = row ?? log.chats.create(chatId);
    for (const [i, { hash, entry }] of fresh.entries()) log.chats.append(chat, known.length + i, hash, entry);
    for (const { userId, genesis } of people) log.accounts.putBackLedger(userId, genesis);
    for (const epoch of outdatedEpochs) {
      log.chats.replaceBoxes(chat, epoch, []);
      log.returnedBoxes.removeOf(chat, epoch);
    }
    const wholeEpochs = new Set(
      [...new Set(boxes.map(({ epoch }) => epoch))].filter(
        (epoch) => log.chats.boxesOf(chat, epoch).length > 0,
      ),
    );
    for (const box of boxes) {
      if (wholeEpochs.has(box.epoch)) continue;
      // Of two for one place the one of more boxes: only there is a wrong count sure to name the right box.
      const before = log.returnedBoxes.find(chat, box.epoch, box.index);
      if (!before || before.count < box.count) log.returnedBoxes.put(chat, box);
    }
  });
  if (!stored.ok) return refuse(c, stored.error);
  if (fresh.length > 0) chatRooms.moved(chatId, authority);
  return answer(c, ledgerEntryResponse, { chatId, head: authority.head });
}

/** Those of whom the relay has no ledger. What nobody has signed is passed over: it keeps no chat from coming back. */
const forgottenPeople = ({ log }: RouteDeps, people: readonly Bytes[]) =>
  people.flatMap((genesis) => {
    if (log.accounts.ledgerOf(userIdOf(sha256, genesis)).length > 0) return [];
    const judged = judgeUserGenesis(genesis);
    return judged.ok ? [{ userId: judged.value.userId, genesis }] : [];
  });
