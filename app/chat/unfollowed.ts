// Ledgers of which the relay has another branch than this device, that it may not follow yet: what the chat says of it, and
// what an administrator of both does about it.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import type { BoxHint, LedgerDeps } from '../account/fetchChatLedger.ts';
import { openingOf, type Verdict } from '../account/forkedLedger.ts';
import type { ReadLedger } from '../account/storedChats.ts';
import { storedTask, type ChangeTask } from '../account/tasks.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { Link } from '../sync/link.ts';
import type { Room } from './room.ts';

export interface UnfollowedDeps extends Pick<LedgerDeps, 'identity'> {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly link: () => Link;
  /** In the chat's room; undefined where there is none. */
  readonly inRoom: <T>(chat: string, work: (room: Room) => Promise<T>) => Promise<T | undefined>;
  /** There are new tasks. */
  readonly onTasks: () => void;
}

/** What the relay has of a chat whose ledger parts from the one read before. */
export interface Branch {
  readonly read: ReadLedger;
  readonly verdict: Verdict;
}

/** What is set aside of a ledger with two branches, until one is followed: as it was found, and as the relay refused it. */
const forkReasons = ['forked-ledger', 'ledger not taken back: head-moved'] as const;
export function forgetFork(batch: Batch, chat: string) {
  for (const reason of forkReasons) batch.deleteSetAside(chat, reason);
}

export function createUnfollowed({ identity, clock, storage, link, inRoom, onTasks }: UnfollowedDeps) {
  const self = idToText(identity.user);
  const branches = new Map<string, Branch>();

  const isMemberIn = ({ ledger }: ReadLedger) =>
    ledger.members.some(({ person }) => equalBytes(person.user, identity.user));
  /** Who would have to remove themselves can't. */
  const isDueIn = ({ verdict: { remove, isEpochKnown } }: Branch) =>
    (remove.length > 0 || isEpochKnown) && !remove.includes(self);

  /** Whoever was added again there may need the hint each time: no key of that branch is in the row. */
  async function saysSo(room: Room, hint: BoxHint | undefined) {
    const wasOut = room.chat().isRemoved ?? false;
    await room.adopt(
      ({ isRemoved: _, ...chat }) => ({ ...chat, trouble: 'fork', ...(hint ? { boxHint: hint } : {}) }),
      (batch) => void batch.addSetAside(idToText(room.chatId), forkReasons[0], clock.now()),
    );
    if (wasOut) link().setProver(room.chatId, room.prove);
  }
  async function leaves(room: Room) {
    await room.adopt(
      ({ adminSeed: _seed, trouble: _trouble, ...chat }) => ({ ...chat, isRemoved: true }),
      (batch) => forgetFork(batch, idToText(room.chatId)),
    );
    link().setProver(room.chatId, undefined);
  }
  /** One task a chat: it looks at the branch that it meets. */
  async function putOpening(chat: StoredChat) {
    const tasks = await storage.tasks(storedTask);
    if (tasks.some(({ task }) => task.kind === 'change' && task.chat === chat.id && task.isOfFork)) return;
    await storage.batch().putTask(`${chat.id}/fork`, clock.now(), openingOf(chat)).commit();
    onTasks();
  }

  return {
    branchOf: (chat: string) => branches.get(chat),
    forget: (chat: string) => void branches.delete(chat),
    /**
     * The relay has this branch, or none that can be read. True where that is no matter: out in one or the other, nobody
     * waits for anything, or decides. Whom the own branch has removed is remembered.
     */
    async staysApart(chat: StoredChat, branch: Branch | undefined, hint: BoxHint | undefined) {
      if (branch) branches.set(chat.id, branch);
      else branches.delete(chat.id);
      const isOut = branch?.verdict.isOut ?? false;
      if (isOut && !chat.isRemoved) await inRoom(chat.id, leaves);
      const isBack = branch && isMemberIn(branch.read) && !branch.verdict.remove.includes(self);
      if (isOut || (chat.isRemoved && !isBack)) return true;
      if (chat.trouble !== 'fork' || hint) await inRoom(chat.id, (room) => saysSo(room, hint));
      if (branch?.read.adminSeed !== undefined && isDueIn(branch)) await putOpening(chat);
      return false;
    },
    /** What an administrator of both branches has to do there. */
    dueIn(chat: string): Partial<ChangeTask> {
      const branch = branches.get(chat);
      if (!branch || !isDueIn(branch)) return {};
      const { remove } = branch.verdict;
      const turn = { change: 'turn', since: branch.read.ledger.epoch } as const;
      return remove.length > 0 ? { users: [...remove] } : turn;
    },
  };
}
