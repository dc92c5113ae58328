// What the rows hold once they are opened. Each has a schema, because a row is input like any other: it may come from an
// older version or a failing disk.
import * as v from 'valibot';

const text = v.string();
const whole = v.pipe(v.number(), v.integer());
const vector = v.record(text, whole);
/** Numbers alone, and the first and last of runs (`chat/spans.ts`). */
const spans = v.pipe(v.array(v.union([whole, v.pipe(v.tuple([whole, whole]), v.readonly())])), v.readonly());

/** How far a device's owner has got, per author device: the highest record number without a gap below it. */
export type Vector = Readonly<Record<string, number>>;

export const storedMark = v.object({
  user: text,
  delivered: vector,
  read: vector,
  at: whole,
});
export type StoredMark = v.InferOutput<typeof storedMark>;

/** Somebody of a chat, now or before. Role and spans came with changes of members: a row without them is of a genesis. */
export const storedMember = v.object({
  user: text,
  device: text,
  deviceKey: text,
  boxKey: text,
  ledgerHead: text,
  role: v.optional(whole),
  /** Epochs in which they belonged to the chat, from the first to the last; the last has no end while they still do. */
  spans: v.optional(v.array(v.object({ from: whole, to: v.optional(whole) }))),
});
export type StoredMember = v.InferOutput<typeof storedMember>;

/** A log as it was left: how far it came, and its newest snapshot. */
const restingPlace = v.object({ seq: whole, hash: text, snapshot: text });
export type RestingPlace = v.InferOutput<typeof restingPlace>;

const leftSecret = v.object({ epoch: whole, secret: text });
export const storedChat = v.object({
  id: text,
  at: whole,
  kind: v.picklist(['notes', 'direct', 'group']),
  title: text,
  createdAt: whole,
  creator: text,
  members: v.array(storedMember),
  /** Who was a member and is none now: what they said stays theirs. */
  former: v.optional(v.array(storedMember)),
  /** The ledger says that this device's owner is no member any more: nothing is sent or asked for. */
  isRemoved: v.optional(v.boolean()),
  /** Base64url secrets; the row is sealed. */
  epoch: whole,
  epochSecret: text,
  /** Of other epochs, by their number. */
  epochSecrets: v.optional(v.record(text, text)),
  /** Of epochs of branches of the ledger that this device has left: records are sealed under them. */
  leftSecrets: v.optional(v.array(leftSecret)),
  /** Who was a member in those, and never in any other. */
  leftPeople: v.optional(v.array(storedMember)),
  /** What other devices say of that, by device, as of when they said it. */
  toldSecrets: v.optional(
    v.record(text, v.object({ at: whole, epochs: v.array(leftSecret), people: v.array(storedMember) })),
  ),
  /** What other devices say of that was news, and what could not be judged is still to be read again. */
  hasMoreKeys: v.optional(v.boolean()),
  /** Where a mail says that this device's box is, in a branch of the ledger that is not followed. */
  boxHint: v.optional(v.object({ epoch: whole, index: whole })),
  /** Whom branches of the ledger that this device has left had removed, and nobody has added since. */
  unwanted: v.optional(v.array(text)),
  /** Signs changes of this epoch, where the owner is an admin. */
  adminSeed: v.optional(text),
  rootSecret: text,
  ledgerHead: text,
  /** The first entries of the ledger; later ones lie in the setting `ledger/<chat>`, apart from a row that every message
   * writes. */
  ledger: v.array(text),
  /** Heads that entries and records may name. */
  heads: v.optional(v.array(text)),
  /** The ledger's head when an entry could not be judged for want of its author or key. */
  misheardAt: v.optional(text),
  /** Changes of members that counted, the oldest first. */
  events: v.optional(
    v.array(
      v.object({
        kind: v.picklist(['add', 'remove', 'turn']),
        at: whole,
        by: text,
        who: v.array(text),
        position: whole,
      }),
    ),
  ),
  /** How long messages stay that are said now, in seconds, and the record that said so last. */
  timer: v.optional(v.object({ seconds: whole, at: whole, id: text })),
  /** Newest message, for the list. */
  last: v.optional(v.object({ id: text, at: whole })),
  unread: whole,
  draft: text,
  /** The text of an edit that is under way. */
  edit: v.optional(v.object({ messageId: text, text })),
  marks: v.record(text, storedMark),
  names: v.record(text, v.object({ name: text, at: whole })),
  /** Per device: records here without a gap, the last one's hash, and numbers that came ahead of the gap, in runs. */
  chains: v.record(
    text,
    v.object({
      sequence: whole,
      hash: text,
      ahead: spans,
      /** The last of those that came ahead. */
      top: v.optional(v.object({ sequence: whole, hash: text })),
      /** The newest place in the ledger that its records name. */
      place: v.optional(whole),
    }),
  ),
  /** This user's mark says that there are records of this device up to here; it was given time to come. */
  toldMore: v.optional(v.object({ user: text, of: text, sequence: whole })),
  /** The newest hybrid time of this chat, others' as it counts here. */
  latestAt: whole,
  /** The segment that this device writes to, and the first that is not complete; 0 in the rows of the first version. */
  segments: v.optional(
    v.object({
      open: whole,
      unsealed: whole,
      /** Which life its documents are in; a new one begins when the relay has forgotten them. */
      generation: v.optional(whole),
      /** Lives of which not everything is with the relay again, and which segments they had. */
      lost: v.optional(v.array(v.object({ generation: whole, from: whole, to: whole }))),
      /** Complete segments below this one are still to be looked for at the relay. */
      unchecked: v.optional(whole),
      /** Complete segments below this one were together as the relay had them, when they were last looked at. */
      looked: v.optional(whole),
      /** Complete segments in whose place the relay has something else, which is still to be read. */
      differing: v.optional(v.array(whole)),
      /** Segments from the one up to before the other that this device has not read, or not to their end: the last is next. */
      coming: v.optional(v.object({ from: whole, below: whole })),
    }),
  ),
  /** Where its documents were left when nothing was to be done; without it the chat is looked after at the next start. */
  rest: v.optional(v.object({ segments: v.record(text, restingPlace), meta: restingPlace })),
  trouble: v.optional(v.picklist(['waiting-for-key', 'gap', 'fork', 'stuck', 'update-needed'])),
});
export type StoredChat = v.InferOutput<typeof storedChat>;

const stamp = { at: whole, id: text };
export const messageSecret = v.object({
  author: text,
  kind: v.picklist(['text', 'deleted', 'unsupported', 'timer']),
  text,
  /** How long it stays, 0 where its body is gone; of kind `timer` how long those stay that follow. In seconds. */
  seconds: v.optional(whole),
  replyTo: v.optional(text),
  edit: v.optional(v.object(stamp)),
  reactions: v.record(text, v.object({ ...stamp, emoji: text })),
  isStored: v.boolean(),
  isVerified: v.boolean(),
  /** Other segments that its record has come in. */
  elsewhere: v.optional(v.array(whole)),
});
export type MessageSecret = v.InferOutput<typeof messageSecret>;
export interface StoredMessage extends MessageSecret {
  readonly id: string;
  readonly chat: string;
  readonly at: number;
  readonly isUnread: boolean;
  readonly isHidden: boolean;
  readonly device: string;
  readonly sequence: number;
  readonly segment: number;
  readonly terms: readonly number[];
}

export const changeSecret = v.object({
  author: text,
  at: whole,
  change: v.variant('kind', [
    v.object({ kind: v.literal('edit'), text }),
    v.object({ kind: v.literal('deletion') }),
    v.object({ kind: v.literal('reaction'), emoji: text }),
    /** It came without its body: nobody knows here what it said. */
    v.object({ kind: v.literal('erased') }),
  ]),
  /** Where its record came last, and where else; rows of the first versions don't say. */
  segment: v.optional(whole),
  elsewhere: v.optional(v.array(whole)),
});
export type ChangeSecret = v.InferOutput<typeof changeSecret>;
export interface StoredChange extends ChangeSecret {
  readonly id: string;
  readonly chat: string;
  readonly target: string;
}

export const storedCursor = v.object({
  seq: whole,
  hash: text,
  /** Last accepted (sequence, hash, device) of each session. */
  sessions: v.record(text, v.object({ sequence: whole, hash: text, device: text, clock: v.optional(whole) })),
  /** The document's newest snapshot that this device has heard of. */
  snapshot: v.optional(v.object({ id: text, seq: whole })),
});
export type StoredCursor = v.InferOutput<typeof storedCursor>;
