// What a device keeps, sealed, against the day on which its relay has lost its database: its own key box of each chat,
// boxes that it made for others and mails that told them so, until each of them has been heard, and invitations that stand.
import * as v from 'valibot';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { boxesRoot, boxPath } from '../crypto/boxTree.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { bytesOf } from './storedChats.ts';

const text = v.string();
const whole = v.pipe(v.number(), v.integer());

/** A box with its place, as the relay takes it back; bytes as base64url. */
export const keptBox = v.object({
  epoch: whole,
  index: whole,
  count: whole,
  box: text,
  path: v.array(text),
});
export type KeptBox = v.InferOutput<typeof keptBox>;

/** This device's own box of the chat's newest epoch; `head` is the ledger's head for which that was last found true. */
export const keptOwnBox = v.object({ ...keptBox.entries, head: text });
export type KeptOwnBox = v.InferOutput<typeof keptOwnBox>;

/** All boxes of an epoch, in their order. */
export const madeBoxes = v.object({ epoch: whole, boxes: v.array(text) });
export type MadeBoxes = v.InferOutput<typeof madeBoxes>;
/** A change that this device signed, with the boxes that belong to it, until the ledger has it; `entry` is empty for none. */
export const signedChange = v.object({ ...madeBoxes.entries, entry: v.optional(text, '') });
export type SignedChange = v.InferOutput<typeof signedChange>;
export const noChange: SignedChange = { epoch: 0, boxes: [], entry: '' };
const keptMail = v.object({
  to: text,
  mail: text,
  /** For who was a member before: where in the ledger they were added again. They are heard once they name that, or later. */
  addedAt: v.optional(whole),
  /** When the relay took it again: milliseconds since 1970. */
  againAt: v.optional(whole),
});
export type KeptMail = v.InferOutput<typeof keptMail>;
/** The boxes that this device made for the others, the newest epoch last, and the mails that say so, until all were heard. */
export const keptTelling = v.object({ made: v.array(madeBoxes), mails: v.array(keptMail) });
export type KeptTelling = v.InferOutput<typeof keptTelling>;
export const nothingKept: KeptTelling = { made: [], mails: [] };

/** Each is some kilobytes for every member, and whoever was away for longer gets the newest with the next mail. */
const maxMadeEpochs = 8;

/** Invitations of one's own that have not expired; `offer` is what the relay was given, until somebody came with it. */
export const ownInvitations = v.array(
  v.object({
    id: text,
    expiresAt: v.number(),
    offer: v.optional(v.object({ key: text, bundle: text, signature: text })),
  }),
);
type OwnInvitations = v.InferOutput<typeof ownInvitations>;

/** Whether the account must be told of anew: `since` is when it came back, 0 when nothing is left to do. */
export const keptReturn = v.object({
  since: whole,
  /** All is told but mails to people who have not come back themselves. */
  isTold: v.boolean(),
});
export type KeptReturn = v.InferOutput<typeof keptReturn>;

export const placeOf = {
  box: (chat: string) => `box/${chat}`,
  telling: (chat: string) => `telling/${chat}`,
  /** A change that the relay may have taken: its boxes count once the ledger has it. */
  making: (chat: string) => `making/${chat}`,
  invitations: 'invitations',
  return: 'return',
  /** True from a reason to think that the relay has forgotten something until all is told. */
  doubt: 'doubt',
} as const;

/** All boxes of an epoch, each with its place and path. */
export function boxesToKept(epoch: number, boxes: readonly Bytes[]): readonly KeptBox[] {
  return boxes.map((box, index) => ({
    epoch,
    index,
    count: boxes.length,
    box: bytesToBase64url(box),
    path: boxPath(boxes, index).map(bytesToBase64url),
  }));
}

/** What is kept once this device has made boxes for the others, or told somebody of the chat. */
export const tellingWith = (
  before: KeptTelling,
  made: MadeBoxes | undefined,
  mails: readonly KeptMail[],
): KeptTelling => ({
  made: made
    ? [...before.made.filter(({ epoch }) => epoch !== made.epoch), made].slice(-maxMadeEpochs)
    : before.made,
  mails: [...before.mails.filter(({ to }) => !mails.some((mail) => mail.to === to)), ...mails],
});

/** What is left of it for a ledger with these roots, once that is another branch: the relay takes no other boxes. */
export const onlyUnder = (roots: ReadonlyMap<number, Bytes>, { made, mails }: KeptTelling): KeptTelling => ({
  made: made.filter(({ epoch, boxes }) => {
    const root = roots.get(epoch);
    return root !== undefined && equalBytes(root, boxesRoot(boxes.map((box) => bytesOf<Bytes>(box))));
  }),
  mails,
});

/** Keeps what the starter of a chat has made for the others; its own box is the first. */
export function keepTelling(
  batch: Batch,
  chat: { readonly id: string; readonly ledgerHead: string },
  epoch: number,
  boxes: readonly Bytes[],
  mails: readonly KeptMail[],
): void {
  const [own] = boxesToKept(epoch, boxes);
  if (own) batch.putSetting(placeOf.box(chat.id), { ...own, head: chat.ledgerHead });
  if (mails.length === 0) return;
  const made = { epoch, boxes: boxes.map(bytesToBase64url) };
  batch.putSetting(placeOf.telling(chat.id), tellingWith(nothingKept, made, mails));
}

/** What lies sealed at some places, changed by one hand at a time: a change stands on the one before. */
function createKept<T>(storage: Storage, schema: v.GenericSchema<unknown, T>, nothing: T) {
  let last: Promise<unknown> = Promise.resolve();
  const at = async (place: string): Promise<T> => (await storage.setting(place, schema)) ?? nothing;
  return {
    at,
    /** @param change gives back what it was given where nothing changes. */
    change(place: string, change: (kept: T) => T): Promise<T> {
      const work = async () => {
        const before = await at(place);
        const after = change(before);
        if (after !== before) await storage.batch().putSetting(place, after).commit();
        return after;
      };
      const begun = last.then(work, work);
      last = begun.catch(() => {});
      return begun;
    },
  };
}

export type Tellings = ReturnType<typeof createTellings>;
/** What is told of each chat. */
export function createTellings(storage: Storage) {
  const kept = createKept(storage, keptTelling, nothingKept);
  return {
    change: (chat: string, change: (before: KeptTelling) => KeptTelling) =>
      kept.change(placeOf.telling(chat), change),
  };
}

export function createOwnInvitations(storage: Storage) {
  const kept = createKept<OwnInvitations>(storage, ownInvitations, []);
  return {
    all: () => kept.at(placeOf.invitations),
    change: (change: (before: OwnInvitations) => OwnInvitations) => kept.change(placeOf.invitations, change),
  };
}

/** Whether anything has come from whom this mail is for: they have the chat then, and need no mail about it. */
export function isHeard(chat: StoredChat, { to, addedAt }: Pick<KeptMail, 'to' | 'addedAt'>): boolean {
  const devices = chat.members.filter((member) => member.user === to).map(({ device }) => device);
  // Name, marks and much of what was said are from the time before.
  if (addedAt !== undefined) return devices.some((device) => (chat.chains[device]?.place ?? 0) >= addedAt);
  // A name that came with an invitation is of time 0: it says nothing of this chat.
  return (
    (chat.names[to]?.at ?? 0) > 0 || devices.some((device) => device in chat.chains || device in chat.marks)
  );
}
