// What may be wrong after the calm: timelines that differ, something said that is gone or there twice, ticks that lie,
// what could not be opened, and anything readable at the relay.
import type { MessageView } from '../../chat/views.ts';
import { countLeaks } from './leaks.ts';
import { lastValues, type Logbook, type SaidMessage } from './logbook.ts';
import type { Member } from './member.ts';

export const findingKinds = ['divergent', 'lost', 'doubled', 'plaintext', 'undecryptable'] as const;
export interface Finding {
  readonly kind: (typeof findingKinds)[number];
  readonly what: string;
}
export interface Checked {
  readonly people: readonly Member[];
  readonly logbook: Logbook;
  readonly bugs: readonly string[];
  readonly secrets: readonly string[];
  readonly haystacks: () => readonly Uint8Array[];
}

export async function checkHarbour({ people, logbook, bugs, secrets, haystacks }: Checked) {
  const findings: Finding[] = bugs.map((what) => ({ kind: 'divergent', what }));
  const find = (kind: Finding['kind'], what: string) => void findings.push({ kind, what });
  const chats = new Set((await Promise.all(people.map((member) => member.chats()))).flat());
  for (const chat of chats) {
    const views: { member: Member; timeline: readonly MessageView[] }[] = [];
    for (const member of people) {
      const stored = await member.headless().storage.chat(chat);
      if (stored) views.push({ member, timeline: await member.timeline(chat) });
      if (stored && stored.unread !== 0) find('divergent', `${member.name} counts ${stored.unread} unread`);
      const nameless = stored?.members.filter(({ user }) => !stored.names[user]?.name);
      if (nameless?.length) find('lost', `${member.name} does not know ${nameless.length} names`);
      if (stored?.trouble) find('divergent', `${member.name} sees ${stored.trouble}`);
    }
    const memberCount = (await views[0]?.member.headless().storage.chat(chat))?.members.length;
    if (memberCount !== views.length) find('lost', `a chat of ${memberCount} reached ${views.length}`);
    compareTimelines(views, find);
    for (const { member, timeline } of views)
      compareWithLogbook(member, timeline, logbook.ofChat(chat), find);
  }
  for (const member of people) {
    const { storage } = member.headless();
    const waiting = await storage.waitingCount();
    if (waiting > 0) find('lost', `${member.name} still has ${waiting} waiting`);
    const tasks = await storage.database.tasks.count();
    if (tasks > 0) find('lost', `${member.name} still has ${tasks} tasks`);
    for (const { reason } of await storage.setAside()) find('undecryptable', `${member.name}: ${reason}`);
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
    if ((await storage.waitingCount()) + (await storage.database.tasks.count()) > 0) return false;
    for (const { id, chains } of await storage.chats()) {
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

type Find = (kind: Finding['kind'], what: string) => void;

function compareTimelines(
  views: readonly { readonly member: Member; readonly timeline: readonly MessageView[] }[],
  find: Find,
) {
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
    if (message.delivery !== undefined && message.delivery !== 'read') {
      find('divergent', `${member.name} sees ${expected.id} only as ${message.delivery}`);
    }
  }
  for (const id of byId.keys()) find('doubled', `${member.name} has ${id}, which nobody said`);
}
