// What may be wrong after the calm: timelines that differ, something said that is gone or there twice, ticks that lie,
// what could not be opened, and anything readable at the relay.
import { idToText } from '../../../shared/protocol/ids.ts';
import { openChatAccess, type ChatAccess } from '../../account/chatAccess.ts';
import type { MessageView } from '../../chat/views.ts';
import type { StoredChat } from '../../storage/models.ts';
import { countLeaks } from './leaks.ts';
import { lastValues, type Logbook, type Said, type SaidMessage } from './logbook.ts';
import type { Member } from './member.ts';

export const findingKinds = ['divergent', 'lost', 'doubled', 'plaintext', 'undecryptable'] as const;
export type FindingKind = (typeof findingKinds)[number];
export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}
export interface Checked {
  readonly people: readonly Member[];
  readonly logbook: Logbook;
  readonly bugs: readonly string[];
  readonly secrets: readonly string[];
  readonly haystacks: () => readonly Uint8Array[];
  /** The relay was wiped, or set back to a backup. */
  readonly hasForgotten: boolean;
  readonly hasLied: boolean;
}

export async function checkHarbour(checked: Checked) {
  const { people, logbook, bugs, secrets, haystacks, hasForgotten, hasLied } = checked;
  const findings: Finding[] = bugs.map((what) => ({ kind: 'divergent', what }));
  const find = (kind: Finding['kind'], what: string) => void findings.push({ kind, what });
  const chats = new Set((await Promise.all(people.map((member) => member.chats()))).flat());
  for (const chat of chats) {
    const views: View[] = [];
    const removed: View[] = [];
    for (const member of people) {
      const stored = await member.chat(chat);
      if (!stored) continue;
      (stored.isRemoved ? removed : views).push({ member, stored, timeline: await member.timeline(chat) });
      if (stored.unread !== 0) find('divergent', `${member.name} counts ${stored.unread} unread`);
      // A lie that reached an entry leaves a gap in what its session said, and says so.
      const isLie = hasLied && stored.trouble === 'gap';
      if (stored.trouble && !isLie) find('divergent', `${member.name} sees ${stored.trouble}`);
      if (stored.isRemoved) continue;
      const nameless = stored.members.filter(({ user }) => !stored.names[user]?.name);
      if (nameless.length) find('lost', `${member.name} does not know ${nameless.length} names`);
    }
    const crews = new Set(views.map(({ stored }) => crewOf(stored)));
    if (crews.size !== 1)
      find('divergent', `${crews.size} notions of who is in a chat: ${[...crews].join(' / ')}`);
    const memberCount = views[0]?.stored.members.length;
    if (memberCount !== views.length) find('lost', `a chat of ${memberCount} reached ${views.length}`);
    compareTimelines(views, find);
    const said = logbook.ofChat(chat).map((message) => asFarAsSent(message, removed, hasForgotten));
    for (const { member, timeline } of views) compareWithLogbook(member, timeline, said, find);
    for (const view of removed) checkRemoved(view, views, logbook, find);
  }
  for (const member of people) {
    const { storage } = member.headless();
    const waiting = await waitingOf(member);
    if (waiting > 0) find('lost', `${member.name} still has ${waiting} waiting`);
    const tasks = await storage.database.tasks.count();
    if (tasks > 0) find('lost', `${member.name} still has ${tasks} tasks`);
    const setAside = (await storage.setAside()).filter(
      ({ reason }) => !reason.startsWith('change not applied'),
    );
    // What a lying relay has made of an entry is set aside, and counted: that is what it is for.
    if (!hasLied) for (const { reason } of setAside) find('undecryptable', `${member.name}: ${reason}`);
  }
  if (findings.length === 0) {
    const leaks = countLeaks(secrets, haystacks());
    if (leaks > 0) find('plaintext', 'the relay has seen a text, a name or a title');
  }
  return findings;
}

/** Whether everyone has as many records of everyone, and nothing waits: cheap, and asked before the whole check. */
export async function looksSettled(people: readonly Member[]): Promise<boolean> {
  const chainsByChat = new Map<string, string>();
  for (const member of people) {
    const { storage } = member.headless();
    if ((await waitingOf(member)) + (await storage.database.tasks.count()) > 0) return false;
    for (const { id, chains, isRemoved, segments } of await storage.chats()) {
      if (segments?.lost?.length || segments?.unchecked || segments?.differing?.length) return false;
      if (isRemoved) continue;
      const counts = Object.entries(chains).map(([device, { sequence }]) => `${device} ${sequence}`);
      const here = counts.toSorted().join();
      if ((chainsByChat.get(id) ?? here) !== here) return false;
      chainsByChat.set(id, here);
    }
  }
  return true;
}

/** What everyone must see alike of a message. */
const sharedPart = (message: MessageView) =>
  JSON.stringify([
    message.messageId,
    message.author.userId,
    message.author.name,
    message.sentAtMs,
    message.body,
    message.isEdited,
    // Whose message it answers is seen by each with their own eyes.
    message.replyTo && { ...message.replyTo, isSelf: undefined },
    message.reactions.map(({ emoji, count }) => [emoji, count]),
    message.isVerified,
  ]);

/** What everyone must have alike of a chat's ledger. */
const crewOf = ({ epoch, ledgerHead, members }: StoredChat) =>
  `${epoch} ${ledgerHead} ${members.map(({ user, role }) => `${user} ${role}`).join()}`;

/** Entries and records on their way; in chats that somebody was removed from they stay. */
async function waitingOf(member: Member): Promise<number> {
  const { engine, storage } = member.headless();
  const identity = engine.member()?.identity;
  const resting = (await storage.chats()).flatMap((chat) =>
    chat.isRemoved && identity ? documentsOf(chat, openChatAccess(chat, identity)) : [],
  );
  const rows = [...(await storage.database.outbox.toArray()), ...(await storage.database.pending.toArray())];
  return rows.filter(({ document }) => !resting.includes(document)).length;
}

const documentsOf = (chat: StoredChat, { documents }: ChatAccess) => [
  idToText(documents.meta),
  ...Array.from({ length: (chat.segments?.open ?? 0) + 1 }, (_, n) => idToText(documents.segment(n))),
];

/**
 * What a removed author's device still has under way may be with nobody else, and an edit of it too; so may what only a
 * relay had that has forgotten.
 */
function asFarAsSent(message: SaidMessage, removed: readonly View[], hasForgotten: boolean): SaidMessage {
  const isOut = (user: string) => removed.some(({ member }) => member.userId() === user);
  const reactions = new Map([...message.reactions].filter(([user]) => !isOut(user)));
  const own = removed.find(({ member }) => member.userId() === message.author)?.timeline;
  if (!own) return { ...message, reactions };
  const delivery = own.find(({ messageId }) => messageId === message.id)?.delivery;
  const unheard = hasForgotten ? ['waiting', 'sent'] : ['waiting'];
  const unsure = <T>(said: readonly Said<T>[]) => said.map(({ value }) => ({ value, isSure: false }));
  return {
    ...message,
    reactions,
    isSure: message.isSure && delivery !== undefined && !unheard.includes(delivery),
    texts: unsure(message.texts),
    deletions: unsure(message.deletions),
  };
}

/** Of what followed the removal, nothing. */
function checkRemoved(
  { member, stored, timeline }: View,
  views: readonly View[],
  logbook: Logbook,
  find: Find,
) {
  const [current] = views;
  if (!current || stored.epoch >= current.stored.epoch)
    find('divergent', `${member.name} has a key too many`);
  const seen = new Set<string>();
  for (const { messageId } of timeline) {
    if (seen.has(messageId)) find('doubled', `${member.name} has ${messageId} twice`);
    seen.add(messageId);
    const said = logbook.message(messageId);
    if (!said) find('doubled', `${member.name} has ${messageId}, which nobody said`);
    else if (said.epoch > stored.epoch) find('divergent', `${member.name} reads ${messageId} from outside`);
  }
}

interface View {
  readonly member: Member;
  readonly stored: StoredChat;
  readonly timeline: readonly MessageView[];
}
type Find = (kind: Finding['kind'], what: string) => void;

function compareTimelines(views: readonly View[], find: Find) {
  const [first, ...others] = views;
  for (const { member, timeline } of others) {
    const [mine, theirs] = [first?.timeline.map(sharedPart) ?? [], timeline.map(sharedPart)];
    const at = mine.findIndex((line, index) => line !== theirs[index]);
    if (at !== -1)
      find('divergent', `${member.name} at ${at} of ${mine.length}: ${theirs[at]} for ${mine[at]}`);
    else if (mine.length !== theirs.length) {
      find('divergent', `${member.name} has ${theirs.length} messages, ${first?.member.name} ${mine.length}`);
    }
  }
}

function compareWithLogbook(
  member: Member,
  timeline: readonly MessageView[],
  said: readonly SaidMessage[],
  find: Find,
) {
  const byId = new Map<string, MessageView>();
  for (const message of timeline) {
    if (byId.has(message.messageId)) find('doubled', `${member.name} has ${message.messageId} twice`);
    byId.set(message.messageId, message);
  }
  for (const expected of said) {
    const message = byId.get(expected.id);
    byId.delete(expected.id);
    if (!message) {
      if (expected.isSure) find('lost', `${member.name} lacks ${expected.id}`);
      continue;
    }
    const isDeleted = message.body.kind === 'deleted';
    if (!isDeleted && expected.deletions.some(({ isSure }) => isSure)) {
      find('lost', `${member.name} lacks the deletion of ${expected.id}`);
    } else if (isDeleted && expected.deletions.length === 0) {
      find('lost', `${member.name} has ${expected.id} deleted by nobody`);
    }
    if (isDeleted) continue;
    const text = message.body.kind === 'text' ? message.body.text : '';
    if (!lastValues(expected.texts, text).includes(text)) {
      find('lost', `${member.name} has an old text of ${expected.id}`);
    }
    const total = message.reactions.reduce((sum, { count }) => sum + count, 0);
    const least = [...expected.reactions.values()].filter((r) => !lastValues(r, '').includes('')).length;
    if (total < least) find('lost', `${member.name} has ${total} of ${least} reactions to ${expected.id}`);
    // Who is left alone in a group has nobody to be read by.
    const isFarEnough = message.delivery === (message.receipts?.length === 0 ? 'sent' : 'read');
    if (message.delivery !== undefined && !isFarEnough) {
      find('divergent', `${member.name} sees ${expected.id} only as ${message.delivery}`);
    }
  }
  for (const id of byId.keys()) find('doubled', `${member.name} has ${id}, which nobody said`);
}
