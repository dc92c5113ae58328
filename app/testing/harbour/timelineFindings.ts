// Timelines after the calm, beside each other and beside the logbook: what differs, is gone, is there twice, or is something
// else than what was said.
import type { MessageView } from '../../chat/views.ts';
import type { StoredChat } from '../../storage/models.ts';
import type { Find } from './findings.ts';
import { lastValues, type Logbook, type Said, type SaidMessage } from './logbook.ts';
import type { Member } from './member.ts';
import type { Ends } from './over.ts';

/** A chat as one person has it. */
export interface View {
  readonly member: Member;
  readonly stored: StoredChat;
  readonly timeline: readonly MessageView[];
}

/** What everyone must see alike of a message; what is gone early for somebody, they can't see quoted either. */
const sharedPart = (message: MessageView, early: Ends['early']) =>
  JSON.stringify([
    message.messageId,
    message.author.userId,
    message.author.name,
    message.sentAtMs,
    message.body,
    message.isEdited,
    // Whose message it answers is seen by each with their own eyes.
    message.replyTo &&
      (early.has(message.replyTo.messageId)
        ? message.replyTo.messageId
        : { ...message.replyTo, isSelf: undefined }),
    message.reactions.map(({ emoji, count }) => [emoji, count]),
    message.isVerified,
  ]);

/**
 * What a removed author's device still has under way may be with nobody else, and an edit of it too; so may what only a
 * relay had that has forgotten.
 */
export function asFarAsSent(
  message: SaidMessage,
  removed: readonly View[],
  hasForgotten: boolean,
): SaidMessage {
  const unsure = <T>(said: readonly Said<T>[]) => said.map((one) => ({ ...one, isSure: false }));
  const isOut = (user: string) => removed.some(({ member }) => member.userId() === user);
  const reactions = new Map(
    [...message.reactions].map(([user, said]) => [user, isOut(user) ? unsure(said) : said]),
  );
  const own = removed.find(({ member }) => member.userId() === message.author)?.timeline;
  if (!own) return { ...message, reactions };
  const delivery = own.find(({ messageId }) => messageId === message.id)?.delivery;
  const unheard = hasForgotten ? ['waiting', 'sent'] : ['waiting'];
  return {
    ...message,
    reactions,
    isSure: message.isSure && delivery !== undefined && !unheard.includes(delivery),
    texts: unsure(message.texts),
    deletions: unsure(message.deletions),
  };
}

/** Of what followed the removal, nothing. */
export function checkRemoved(
  { member, stored, timeline }: View,
  views: readonly View[],
  logbook: Logbook,
  find: Find,
) {
  const [current] = views;
  if (!current || stored.epoch >= current.stored.epoch)
    find('divergent', `${member.name} has a key too many`);
  // In a branch of the ledger that was left they were a member of later ones.
  const leftEpochs = new Set(stored.leftSecrets?.map(({ epoch }) => epoch));
  const seen = new Set<string>();
  for (const { messageId, body } of timeline) {
    if (body.kind === 'timer') continue;
    if (seen.has(messageId)) find('doubled', `${member.name} has ${messageId} twice`);
    seen.add(messageId);
    const said = logbook.message(messageId);
    if (!said) find('doubled', `${member.name} has ${messageId}, which nobody said`);
    else if (said.epoch > stored.epoch && !leftEpochs.has(said.epoch))
      find('divergent', `${member.name} reads ${messageId} from outside`);
  }
}

export function compareTimelines(views: readonly View[], { early }: Ends, find: Find) {
  const seenBy = ({ timeline }: View) =>
    timeline.filter(({ messageId }) => !early.has(messageId)).map((message) => sharedPart(message, early));
  const [first, ...others] = views;
  const mine = first ? seenBy(first) : [];
  for (const view of others) {
    const { name } = view.member;
    const theirs = seenBy(view);
    const at = mine.findIndex((line, index) => line !== theirs[index]);
    if (at !== -1) find('divergent', `${name} at ${at} of ${mine.length}: ${theirs[at]} for ${mine[at]}`);
    else if (mine.length !== theirs.length) {
      find('divergent', `${name} has ${theirs.length} messages, ${first?.member.name} ${mine.length}`);
    }
  }
}

/** @param ends messages whose time is over, some of them only just, and for whom it was over early. */
export function compareWithLogbook(
  member: Member,
  timeline: readonly MessageView[],
  said: readonly SaidMessage[],
  { over, early }: Ends,
  find: Find,
) {
  const byId = new Map<string, MessageView>();
  for (const message of timeline) {
    if (message.body.kind === 'timer') continue;
    if (byId.has(message.messageId)) find('doubled', `${member.name} has ${message.messageId} twice`);
    byId.set(message.messageId, message);
  }
  const unsaid = new Map(byId);
  for (const expected of said) {
    const message = byId.get(expected.id);
    unsaid.delete(expected.id);
    const end = over.get(expected.id);
    if (message && (end === 'for sure' || end === 'deleted'))
      find('unpurged', `${member.name} still shows ${expected.id}`);
    if (message) compareMessage({ member, message, expected, early, timeline: byId, find });
    else if (expected.isSure && !end && !early.get(expected.id)?.has(member))
      find('lost', `${member.name} lacks ${expected.id}`);
  }
  for (const id of unsaid.keys()) find('doubled', `${member.name} has ${id}, which nobody said`);
}

interface Compared {
  readonly member: Member;
  readonly message: MessageView;
  readonly expected: SaidMessage;
  readonly early: Ends['early'];
  readonly timeline: ReadonlyMap<string, MessageView>;
  readonly find: Find;
}
function compareMessage({ member, message, expected, early, timeline, find }: Compared) {
  const { id, author, texts, deletions, replyTo } = expected;
  if (message.author.userId !== author) find('divergent', `${member.name} has ${id} by somebody else`);
  const isDeleted = message.body.kind === 'deleted';
  if (!isDeleted && deletions.some(({ isSure }) => isSure)) {
    find('lost', `${member.name} lacks the deletion of ${id}`);
  } else if (isDeleted && deletions.length === 0) {
    find('lost', `${member.name} has ${id} deleted by nobody`);
  }
  if (isDeleted) return;
  const text = message.body.kind === 'text' ? message.body.text : '';
  if (!lastValues(texts, text).includes(text)) find('lost', `${member.name} has an old text of ${id}`);
  const quoted = message.replyTo;
  if (quoted?.messageId !== replyTo) {
    find('lost', `${member.name} has ${id} as an answer to ${quoted?.messageId}, not ${replyTo}`);
  } else if (quoted?.state === 'missing' && timeline.has(quoted.messageId)) {
    find('lost', `${member.name} does not see what ${id} answers`);
  }
  compareReactions(member, message, expected, find);
  // Who is left alone in a group has nobody to be read by; for whom it was gone early may not have read it.
  const isFarEnough = message.delivery === (message.receipts?.length === 0 ? 'sent' : 'read');
  if (message.delivery !== undefined && !isFarEnough && !early.has(id)) {
    find('divergent', `${member.name} sees ${id} only as ${message.delivery}`);
  }
}

/** Of each emoji as many as stand for sure, and no more than may stand: what was taken back is gone. */
function compareReactions(member: Member, { reactions }: MessageView, expected: SaidMessage, find: Find) {
  const possible = [...expected.reactions.values()].map((said) => lastValues(said, ''));
  const countByEmoji = new Map(reactions.map(({ emoji, count }) => [emoji, count]));
  for (const emoji of new Set([...countByEmoji.keys(), ...possible.flat()])) {
    if (emoji === '') continue;
    const count = countByEmoji.get(emoji) ?? 0;
    const least = possible.filter((values) => values.every((value) => value === emoji)).length;
    const most = possible.filter((values) => values.includes(emoji)).length;
    if (count < least) find('lost', `${member.name} has ${count} of ${least} ${emoji} to ${expected.id}`);
    if (count > most)
      find('lost', `${member.name} has ${count} ${emoji} to ${expected.id}, and ${most} stand`);
  }
}
