// The channels of the link: one for each open document. A channel lives as long as its document; below it the sockets
// come and go. Each time its chat is proven on a socket, it subscribes again from the cursor that the document has.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DownFrame } from '../../shared/protocol/frames/down.ts';
import { upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import {
  idToText,
  type ChatId,
  type DocumentId,
  type SessionId,
  type SnapshotId,
} from '../../shared/protocol/ids.ts';
import { maxEntryBytes } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { Clock } from './clock.ts';
import { createSnapshotParts, partsOf, type NewSnapshot, type RelaySnapshot } from './snapshotParts.ts';

/** A request without an answer for this long means that something was lost on the way. */
export const answerMs = 20_000;

/** Bytes that wait in the socket at most, before what is on the disk anyway stays there: one of the largest entries. */
const maxBufferedBytes = maxEntryBytes;
/** Sockets don't say when they have sent what they had. */
const lookForRoomMs = 100;

/** A channel that is up to date asks again after this long: a relay, or what stands before it, may lose a last word. */
export const lookAgainMs = 10 * 60_000;

export interface ChannelRequest {
  readonly chat: ChatId;
  readonly document: DocumentId;
  /** What the document has now; asked at each subscription. */
  readonly cursor: () => Cursor;
}
export interface ChannelEvents {
  /** The relay was asked for all after `cursor()`. */
  subscribed(): void;
  entries(firstSeq: number, entries: readonly Bytes[]): void;
  live(cursor: Cursor): void;
  acked(session: SessionId, sequence: number, cursor: Cursor): void;
  /** What `append` did not take may go now. */
  room?(): void;
  signal(sealed: Bytes): void;
  refused(code: RefusalCode, detail: Bytes): void;
  /** A whole snapshot: before the entries that follow it, or the answer to `fetchSnapshot`. */
  snapshot(snapshot: RelaySnapshot): void;
  /** The document has this snapshot now, whoever published it. */
  published(snapshot: SnapshotId, cursor: Cursor, isSeal: boolean): void;
  /** What was to be published is not; with `snapshot-moved` the detail is the current snapshot. */
  publishRefused(code: RefusalCode, detail: Bytes): void;
  /** No socket, or not yet proven on it. Nothing arrives until `subscribed`. */
  suspended(): void;
}
export interface Channel {
  /** False where the line is full: nothing was taken, and `room` follows. */
  append(entry: Bytes): boolean;
  /** Whether the line takes more than it has. */
  hasRoom(): boolean;
  signal(sealed: Bytes): void;
  publish(snapshot: NewSnapshot): void;
  countersign(snapshot: SnapshotId): void;
  fetchSnapshot(): void;
  /** Begin again from the cursor: what arrived does not fit what the document has. */
  resubscribe(): void;
  close(): void;
}

type ChannelFrame = DownFrame & {
  type: 'entries' | 'live' | 'ack' | 'behind' | 'signal' | 'snapshot' | 'published';
};
interface Open {
  readonly request: ChannelRequest;
  readonly events: ChannelEvents;
  /** 0 while suspended; a new one for each subscription, so that nothing of the last one is mistaken for this one's. */
  number: number;
  unanswered: number;
  isLive: boolean;
  parts: ReturnType<typeof createSnapshotParts>;
  cancelAnswer: () => void;
}

/** Frames whose refusal names a channel. */
const channelFrames: ReadonlySet<number> = new Set([
  upNumberByType.append,
  upNumberByType.subscribe,
  upNumberByType.signal,
  upNumberByType.publish,
  upNumberByType.countersign,
  upNumberByType.fetchSnapshot,
]);

/** How long a channel waits after a refusal, unless its document does something about it before: none is the last word. */
function waitAfter({ code, retryAfterMs }: DownFrame & { type: 'refused' }): number {
  // The same again, later: for as long as the relay asked.
  if (code === 'busy' || code === 'disk-full' || code === 'too-many') return Math.max(retryAfterMs, 2_000);
  // The relay may have closed the channel and its word of that was lost.
  return code === 'forbidden' ? answerMs : lookAgainMs;
}

/**
 * @param onStale the relay is in another epoch of this chat; the detail is its ledger's head.
 * @param onDiskFull whether the relay had no room for the newest entry that it has answered.
 * @param buffered bytes that were sent and have not left this device yet.
 */
export function createChannels(
  send: (frame: UpFrame) => void,
  clock: Clock,
  onStale: (chat: ChatId, detail: Bytes) => void = () => {},
  onDiskFull: (isFull: boolean) => void = () => {},
  buffered: () => number = () => 0,
) {
  const all = new Set<Open>();
  const byNumber = new Map<number, Open>();
  /** Chats proven on the present socket. */
  const proven = new Set<string>();
  let nextNumber = 1;
  /** Those that have something to append and found the line full. */
  let held = new Set<Open>();
  let cancelLook = () => {};
  const hasRoom = () => buffered() <= maxBufferedBytes;

  function lookForRoom() {
    cancelLook();
    cancelLook = clock.after(lookForRoomMs, () => {
      if (!hasRoom()) return lookForRoom();
      const next = held;
      held = new Set();
      for (const channel of next) if (channel.number !== 0) channel.events.room?.();
    });
  }
  function subscribe(channel: Open) {
    channel.parts = createSnapshotParts();
    channel.number = nextNumber++;
    byNumber.set(channel.number, channel);
    const { chat, document, cursor } = channel.request;
    channel.events.subscribed();
    awaitAnswer(channel);
    send({ type: 'subscribe', channel: channel.number, chat, document, cursor: cursor() });
  }
  const silence = (channel: Open) => {
    channel.cancelAnswer();
    channel.cancelAnswer = () => {};
    channel.unanswered = 0;
    channel.isLive = false;
    byNumber.delete(channel.number);
    channel.number = 0;
  };
  const resubscribe = (channel: Open) => {
    if (channel.number === 0) return;
    const before = channel.number;
    silence(channel);
    channel.events.suspended();
    send({ type: 'unsubscribe', channel: before });
    subscribe(channel);
  };
  const beginLater = (channel: Open, waitMs: number) => {
    channel.cancelAnswer();
    channel.cancelAnswer = clock.after(waitMs, () => {
      // It has not heard of all this yet.
      if (channel.number !== 0 && buffered() > 0) beginLater(channel, waitMs);
      else if (channel.number !== 0) resubscribe(channel);
      // Its subscription was refused, and nothing has begun it since.
      else if (proven.has(idToText(channel.request.chat))) subscribe(channel);
    });
  };
  const awaitAnswer = (channel: Open) => {
    const isWaiting = channel.unanswered > 0 || !channel.isLive;
    beginLater(channel, isWaiting ? answerMs : lookAgainMs);
  };

  return {
    open(request: ChannelRequest, events: ChannelEvents): Channel {
      const channel: Open = {
        request,
        events,
        number: 0,
        unanswered: 0,
        isLive: false,
        parts: createSnapshotParts(),
        cancelAnswer: () => {},
      };
      all.add(channel);
      if (proven.has(idToText(request.chat))) subscribe(channel);
      return {
        append(entry) {
          if (channel.number === 0) return true;
          if (!hasRoom()) {
            held.add(channel);
            lookForRoom();
            return false;
          }
          channel.unanswered++;
          awaitAnswer(channel);
          send({ type: 'append', channel: channel.number, entry });
          return true;
        },
        hasRoom,
        signal(sealed) {
          if (channel.number !== 0 && hasRoom()) send({ type: 'signal', channel: channel.number, sealed });
        },
        publish(snapshot) {
          if (channel.number === 0) return;
          for (const part of partsOf(snapshot)) send({ type: 'publish', channel: channel.number, ...part });
        },
        countersign(snapshot) {
          if (channel.number !== 0) send({ type: 'countersign', channel: channel.number, snapshot });
        },
        fetchSnapshot() {
          if (channel.number !== 0) send({ type: 'fetchSnapshot', channel: channel.number });
        },
        resubscribe: () => resubscribe(channel),
        close() {
          if (!all.delete(channel)) return;
          if (channel.number !== 0) send({ type: 'unsubscribe', channel: channel.number });
          silence(channel);
        },
      };
    },
    isProven: (chat: ChatId) => proven.has(idToText(chat)),
    /** What was proven counts no more: the chat's channels wait until it is proven again. */
    unprove(chat: ChatId) {
      const key = idToText(chat);
      proven.delete(key);
      for (const channel of all) {
        if (channel.number === 0 || idToText(channel.request.chat) !== key) continue;
        send({ type: 'unsubscribe', channel: channel.number });
        silence(channel);
        channel.events.suspended();
      }
    },
    resume(chat: ChatId) {
      const key = idToText(chat);
      proven.add(key);
      for (const channel of all) {
        if (channel.number === 0 && idToText(channel.request.chat) === key) subscribe(channel);
      }
    },
    suspend() {
      proven.clear();
      for (const channel of all) {
        if (channel.number === 0) continue;
        silence(channel);
        channel.events.suspended();
      }
    },
    received(frame: ChannelFrame) {
      const channel = byNumber.get(frame.channel);
      if (!channel) return;
      switch (frame.type) {
        case 'entries':
          // A long catch-up on a slow line is an answer too.
          if (!channel.isLive) awaitAnswer(channel);
          return channel.events.entries(frame.firstSeq, frame.entries);
        case 'live':
          channel.isLive = true;
          awaitAnswer(channel);
          return channel.events.live(frame.cursor);
        case 'ack':
          channel.unanswered = Math.max(0, channel.unanswered - 1);
          awaitAnswer(channel);
          onDiskFull(false);
          return channel.events.acked(frame.session, frame.sequence, frame.cursor);
        case 'behind':
          silence(channel);
          channel.events.suspended();
          return subscribe(channel);
        case 'signal':
          return channel.events.signal(frame.sealed);
        case 'snapshot': {
          if (!channel.isLive) awaitAnswer(channel);
          const snapshot = channel.parts.add(frame);
          return snapshot && channel.events.snapshot(snapshot);
        }
        case 'published':
          return channel.events.published(frame.snapshot, frame.cursor, frame.isSeal);
        default:
          return frame satisfies never;
      }
    },
    /** True when the refusal was about a channel. */
    refused(frame: DownFrame & { type: 'refused' }): boolean {
      if (!channelFrames.has(frame.to)) return false;
      const channel = byNumber.get(frame.subject);
      if (!channel) return true;
      if (frame.code === 'stale-epoch') {
        onStale(channel.request.chat, frame.detail);
        return true;
      }
      if (frame.to === upNumberByType.publish) channel.events.publishRefused(frame.code, frame.detail);
      if (frame.to !== upNumberByType.append && frame.to !== upNumberByType.subscribe) return true;
      channel.unanswered = 0;
      if (frame.to === upNumberByType.subscribe) {
        silence(channel);
        channel.events.suspended();
      }
      beginLater(channel, waitAfter(frame));
      if (frame.code === 'disk-full') onDiskFull(true);
      channel.events.refused(frame.code, frame.detail);
      return true;
    },
    close() {
      cancelLook();
      for (const channel of all) silence(channel);
      all.clear();
    },
  };
}
