// What may be wrong after the calm: timelines that differ, something said that is gone or there twice, ticks that lie,
// what could not be opened, anything readable at the relay, and what was deleted and lies somewhere still.
import { idToText } from '../../../shared/protocol/ids.ts';
import { openChatAccess, type ChatAccess } from '../../account/chatAccess.ts';
import type { StoredChat } from '../../storage/models.ts';
import type { HeldDocument } from './harbourRelay.ts';
import { countLeaks } from './leaks.ts';
import type { Logbook } from './logbook.ts';
import type { Member } from './member.ts';
import {
  asFarAsSent,
  checkRemoved,
  compareTimelines,
  compareWithLogbook,
  type View,
} from './timelineFindings.ts';
import type { ToldLies } from './toldLies.ts';
import { endsOf } from './over.ts';
import { findUnpurged } from './unpurged.ts';

export const findingKinds = [
  'divergent',
  'lost',
  'doubled',
  'plaintext',
  'undecryptable',
  'unpurged',
] as const;
export type FindingKind = (typeof findingKinds)[number];
export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}
export type Find = (kind: FindingKind, what: string) => void;
export interface Checked {
  readonly people: readonly Member[];
  readonly logbook: Logbook;
  readonly bugs: readonly string[];
  readonly secrets: readonly string[];
  readonly haystacks: () => readonly Uint8Array[];
  /** All that the relay holds of documents. */
  readonly held: () => readonly HeldDocument[];
  /** When the relay was last wiped, or set back to a backup. */
  readonly forgotAt: number | undefined;
  readonly told: ToldLies;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export async function checkHarbour(checked: Checked) {
  const { people, logbook, bugs, secrets, haystacks, forgotAt, told, now } = checked;
  const findings: Finding[] = bugs.map((what) => ({ kind: 'divergent', what }));
  const find: Find = (kind, what) => void findings.push({ kind, what });
  const begun = logbook.chats();
  const withRemoved = new Set<string>();
  const chats = new Set([...begun.keys(), ...(await Promise.all(people.map((one) => one.chats()))).flat()]);
  for (const chat of chats) {
    const views: View[] = [];
    const removed: View[] = [];
    for (const member of people) {
      const stored = await member.chat(chat);
      if (!stored) {
        if (begun.get(chat)?.has(member.userId())) find('lost', `${member.name} lacks a chat that they had`);
        continue;
      }
      (stored.isRemoved ? removed : views).push({ member, stored, timeline: await member.timeline(chat) });
      if (stored.unread !== 0) find('divergent', `${member.name} counts ${stored.unread} unread`);
      // A lie that reached an entry leaves a gap in what its session said, and says so.
      const isLie = stored.trouble === 'gap' && wasToldLies(member, stored, told);
      if (stored.trouble && !isLie) find('divergent', `${member.name} sees ${stored.trouble}`);
      if (stored.isRemoved) continue;
      const nameless = stored.members.filter(({ user }) => !stored.names[user]?.name);
      if (nameless.length) find('lost', `${member.name} does not know ${nameless.length} names`);
    }
    if (removed.length > 0) withRemoved.add(chat);
    const crews = new Set(views.map(({ stored }) => crewOf(stored)));
    if (crews.size !== 1)
      find('divergent', `${crews.size} notions of who is in a chat: ${[...crews].join(' / ')}`);
    const timers = new Set(views.map(({ stored: { timer } }) => timer?.seconds ?? 0));
    if (timers.size > 1) find('divergent', `${timers.size} notions of how long messages stay`);
    const memberCount = views[0]?.stored.members.length ?? 0;
    if (memberCount !== views.length) find('lost', `a chat of ${memberCount} reached ${views.length}`);
    const said = logbook.ofChat(chat);
    const ends = await endsOf(people, said, now);
    compareTimelines(views, ends, find);
    const sent = said.map((message) => asFarAsSent(message, removed, forgotAt !== undefined));
    for (const { member, timeline } of views) compareWithLogbook(member, timeline, sent, ends, find);
    for (const view of removed) checkRemoved(view, views, logbook, find);
  }
  for (const member of people) {
    const { storage } = member.headless();
    const waiting = await waitingOf(member);
    if (waiting > 0) find('lost', `${member.name} still has ${waiting} waiting`);
    const tasks = await storage.database.tasks.count();
    if (tasks > 0) find('lost', `${member.name} still has ${tasks} tasks`);
    for (const { chat, reason } of await storage.setAside()) {
      if (reason.startsWith('change not applied')) continue;
      // Of a deletion that the relay forgot only those may know who were removed: the others say the text again.
      if (reason === 'incomplete-snapshot' && forgotAt !== undefined && withRemoved.has(chat)) continue;
      // What a lying relay has made of an entry is set aside, and counted: that is what it is for.
      const stored = await member.chat(chat);
      if (!stored || !wasToldLies(member, stored, told)) find('undecryptable', `${member.name}: ${reason}`);
    }
  }
  await findUnpurged(checked, find);
  if (countLeaks(secrets, haystacks()) > 0) find('plaintext', 'the relay has seen a text, a name or a title');
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
      if (segments?.coming) return false;
      if (isRemoved) continue;
      const counts = Object.entries(chains).map(([device, { sequence }]) => `${device} ${sequence}`);
      const here = counts.toSorted().join();
      if ((chainsByChat.get(id) ?? here) !== here) return false;
      chainsByChat.set(id, here);
    }
  }
  return true;
}

/** What everyone must have alike of a chat's ledger. */
const crewOf = ({ epoch, ledgerHead, members }: StoredChat) =>
  `${epoch} ${ledgerHead} ${members.map(({ user, role }) => `${user} ${role}`).join()}`;

/** Whether a lie of the weather reached this person about any document of this chat. */
function wasToldLies(member: Member, chat: StoredChat, told: ToldLies): boolean {
  const identity = member.headless().engine.member()?.identity;
  return identity !== undefined && told.were(member.name, documentsOf(chat, openChatAccess(chat, identity)));
}

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
