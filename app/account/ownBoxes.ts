// This device's own key boxes, as the chats' ledgers have them now: fetched again whenever somebody gave an epoch, or all
// members, new ones. So the boxes of the newest epoch can be put back by those whom they are for. The ledgers of a chat's
// people are kept at the same times.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { parseChatEntry } from '../../shared/protocol/chatLedger.ts';
import { boxResponse } from '../../shared/protocol/http.ts';
import { checkBoxPath } from '../crypto/boxTree.ts';
import type { Storage } from '../storage/storage.ts';
import type { LedgerDeps } from './fetchChatLedger.ts';
import { keptOwnBox, placeOf, type KeptBox, type KeptOwnBox } from './keptForReturn.ts';
import { createKeptPeople } from './keptPeople.ts';
import { bytesOf, storedLedger } from './storedChats.ts';

export type OwnBoxes = ReturnType<typeof createOwnBoxes>;

/** Under each epoch its root: an epoch's boxes are those of its last entry. */
export function rootByEpoch(entries: readonly Bytes[]): ReadonlyMap<number, Bytes> {
  const bodies = entries.flatMap((entry) => parseChatEntry(entry)?.body ?? []);
  return new Map(bodies.map(({ epoch, boxesRoot }) => [epoch, boxesRoot]));
}
/** Whether a box belongs to the ledger that has these roots: the relay takes back no other. */
export function isBoxUnder(
  roots: ReadonlyMap<number, Bytes>,
  { epoch, box, index, count, path }: KeptBox,
): boolean {
  const root = roots.get(epoch);
  return (
    root !== undefined && checkBoxPath(root, { box: bytesOf(box), index, count, path: path.map(bytesOf) })
  );
}

export function createOwnBoxes(deps: LedgerDeps & { readonly storage: Storage }) {
  const { storage, http, identity } = deps;
  const self = bytesToBase64url(identity.user);
  const people = createKeptPeople(deps);
  const due = new Set<string>();
  let running: Promise<void> | undefined;
  let isClosed = false;

  /** False where it must be asked for again. */
  async function renew(id: string): Promise<boolean> {
    const chat = await storage.chat(id);
    // Who lacks the newest epoch's key is told its box by the ledger, and comes here again then.
    if (!chat || chat.isRemoved || chat.trouble === 'waiting-for-key') return true;
    const kept = await storage.setting(placeOf.box(id), keptOwnBox);
    const index = chat.members.findIndex(({ user }) => user === self);
    if (kept?.head === chat.ledgerHead || index === -1) return true;
    const roots = rootByEpoch((await storedLedger(storage, chat)).map(bytesOf));
    const keep = (box: KeptBox): Promise<void> => {
      const own: KeptOwnBox = { ...box, head: chat.ledgerHead };
      return storage.batch().putSetting(placeOf.box(id), own).commit();
    };
    if (kept?.epoch === chat.epoch && isBoxUnder(roots, kept)) return keep(kept).then(() => true);
    const token = await deps.accessToken();
    if (!token.ok) return false;
    const path = `/api/ledgers/${id}/boxes/${chat.epoch}/${index}`;
    const answer = await http.get(path, boxResponse, token.value);
    // What the relay lacks the maker of the boxes puts back; the next start asks for it again.
    if (!answer.ok) return answer.error === 'not-found';
    const fetched: KeptBox = {
      epoch: chat.epoch,
      index,
      count: chat.members.length,
      box: bytesToBase64url(answer.value.box),
      path: answer.value.path.map(bytesToBase64url),
    };
    // Others by now: their entry is news soon.
    if (isBoxUnder(roots, fetched)) await keep(fetched);
    return true;
  }

  async function runAll() {
    const failed: string[] = [];
    for (const chat of due) {
      if (isClosed) return;
      due.delete(chat);
      const isRenewed = await renew(chat);
      if (!(await people.keep(chat)) || !isRenewed) failed.push(chat);
    }
    for (const chat of failed) due.add(chat);
  }
  /** Works off what is due; what fails in passing waits for the next connection. */
  function run(): Promise<void> {
    running ??= runAll()
      .catch((error: unknown) => {
        if (!isClosed) throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    run,
    /** The ledger of this chat has moved, or may have while nobody looked. */
    renew(chat: string): Promise<void> {
      due.add(chat);
      return run();
    },
    close() {
      isClosed = true;
    },
  };
}
