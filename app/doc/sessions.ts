// The sessions of one document: this run's own, and the last accepted entry of every other, so
// that none can be skipped, repeated or taken over.
import { parseBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import type { EntryHeader } from '../../shared/protocol/entry.ts';
import {
  idToText,
  noEntryHash,
  parseId,
  type DeviceId,
  type EntryHash,
  type SessionId,
} from '../../shared/protocol/ids.ts';
import type { SessionLine } from './snapshot.ts';
import type { Random } from '../crypto/random.ts';
import { clientOf } from './segmentUpdate.ts';

export interface OwnSession {
  readonly id: SessionId;
  readonly client: number;
  /** The last sealed entry's. */
  sequence: number;
  hash: EntryHash;
  /** All of its Yjs work below this clock is in sealed entries. */
  sealedClock: number;
}

/**
 * Sessions of documents that were closed while the engine runs: a document that opens again goes on with its own, so that
 * how often it was opened leaves no trace in it.
 */
export type HeldSessions = Map<string, OwnSession>;

interface Accepted {
  readonly sequence: number;
  readonly hash: EntryHash;
  /** Its Yjs work below this clock is in the log, or in what stands for it. */
  readonly clock: number;
  /** Undefined where only a snapshot spoke of it: the first entry that follows tells. */
  readonly device: DeviceId | undefined;
}
export type StoredSessions = Readonly<
  Record<string, { sequence: number; hash: string; device: string; clock?: number | undefined }>
>;

export function createSessions(random: Random) {
  let own: OwnSession | undefined;
  const accepted = new Map<string, Accepted>();
  const sessionByClient = new Map<number, string>();

  /** A Yjs client is one session's alone; what only a snapshot said of it keeps nobody from it. */
  const mayHave = (client: number, key: string): boolean => {
    const holder = sessionByClient.get(client);
    return holder === undefined || holder === key || !accepted.get(holder)?.device;
  };
  /** True when the client is this session's from now on. */
  function frees(client: number, key: string): boolean {
    const holder = sessionByClient.get(client);
    if (!mayHave(client, key)) return false;
    if (holder !== undefined && holder !== key) accepted.delete(holder);
    return true;
  }

  return {
    own: () => own,
    /**
     * This run's session; `isClientTaken` keeps it from sharing a Yjs client with an older one. The held one goes on where
     * all of it is here, as far as it came.
     */
    startOwn(
      isClientTaken: (client: number) => boolean,
      held?: OwnSession,
      clockOf: (client: number) => number = () => 0,
    ): OwnSession {
      const last = held && accepted.get(idToText(held.id));
      const isWhole =
        held?.sequence === (last?.sequence ?? 0) &&
        equalBytes(held.hash, last?.hash ?? noEntryHash) &&
        clockOf(held.client) === held.sealedClock;
      if (isWhole) own = held;
      while (!own) {
        const id = random(8) as SessionId;
        const client = clientOf(id);
        if (isClientTaken(client) || sessionByClient.has(client)) continue;
        own = { id, client, sequence: 0, hash: noEntryHash, sealedClock: 0 };
      }
      return own;
    },
    /** @param clockOf what the document has of a client: for rows that were written before clocks were kept. */
    load(stored: StoredSessions, clockOf: (client: number) => number) {
      for (const [key, { sequence, hash, device, clock }] of Object.entries(stored)) {
        const id = parseBase64url(key);
        const hashBytes = parseBase64url(hash);
        const deviceBytes = parseBase64url(device);
        if (id?.length !== 8 || hashBytes?.length !== 16) continue;
        const known = deviceBytes?.length === 16 ? (deviceBytes as DeviceId) : undefined;
        const client = clientOf(id as SessionId);
        const covered = clock ?? clockOf(client);
        accepted.set(key, { sequence, hash: hashBytes as EntryHash, clock: covered, device: known });
        sessionByClient.set(client, key);
      }
    },
    store(): StoredSessions {
      return Object.fromEntries(
        [...accepted].map(([key, { sequence, hash, clock, device }]) => [
          key,
          { sequence, hash: idToText(hash), clock, device: device ? idToText(device) : '' },
        ]),
      );
    },
    /** Whether this is the session's next entry, by the device that began it, on a Yjs client of its own. */
    follows(header: EntryHeader, device: DeviceId): 'next' | 'foreign' | 'out-of-order' {
      const key = idToText(header.session);
      const last = accepted.get(key);
      if (last?.device && !equalBytes(last.device, device)) return 'foreign';
      if (!mayHave(clientOf(header.session), key)) return 'foreign';
      // What a snapshot says of a session is its author's claim: it can't keep out what the device itself goes on with.
      if (last && !last.device) return header.sequence > 0 ? 'next' : 'out-of-order';
      const isNext =
        header.sequence === (last?.sequence ?? 0) + 1 &&
        equalBytes(header.previous, last?.hash ?? noEntryHash);
      return isNext ? 'next' : 'out-of-order';
    },
    /** Whether the log had a session's entry of this number, or what stands for it. */
    has: (session: SessionId, sequence: number): boolean =>
      sequence <= (accepted.get(idToText(session))?.sequence ?? 0),
    /** Whether these lines go on from all that the log had so far: otherwise they are another log's. */
    areContinuedBy(lines: readonly SessionLine[]): boolean {
      const there = new Map(lines.map((line) => [idToText(line.session), line]));
      return [...accepted].every(([key, { sequence, hash }]) => {
        const line = there.get(key);
        if (!line || line.sequence < sequence) return false;
        return line.sequence > sequence || equalBytes(line.hash, hash);
      });
    },
    /** A snapshot's word on where sessions stand; what this device has seen itself counts more. */
    claim(lines: readonly SessionLine[], clocks: ReadonlyMap<number, number>) {
      for (const { session, sequence, hash } of lines) {
        const key = idToText(session);
        if (!frees(clientOf(session), key)) continue;
        const known = accepted.get(key);
        const clock = Math.max(known?.clock ?? 0, clocks.get(clientOf(session)) ?? 0);
        const later = known && known.sequence >= sequence ? known : { sequence, hash, device: known?.device };
        accepted.set(key, { ...later, clock });
        sessionByClient.set(clientOf(session), key);
      }
    },
    /** Part of the log went by unread: each goes on with what its device says next. */
    doubt() {
      for (const [key, line] of accepted) accepted.set(key, { ...line, device: undefined });
    },
    sessionOf(client: number): SessionId | undefined {
      if (own?.client === client) return own.id;
      const key = sessionByClient.get(client);
      return key === undefined ? undefined : parseId<SessionId>(key, 8);
    },
    /** The device that this Yjs client's session is known to be of. */
    deviceOf: (client: number): DeviceId | undefined =>
      accepted.get(sessionByClient.get(client) ?? '')?.device,
    /** How much of each Yjs client the log has. */
    clocks: (): ReadonlyMap<number, number> =>
      new Map([...sessionByClient].map(([client, key]) => [client, accepted.get(key)?.clock ?? 0] as const)),
    /** Where each session stands. */
    lines: (): readonly SessionLine[] =>
      [...accepted].flatMap(([key, { sequence, hash }]) => {
        const session = parseId<SessionId>(key, 8);
        return session ? [{ session, sequence, hash }] : [];
      }),
    accept(header: EntryHeader, hash: EntryHash, device: DeviceId, clock: number) {
      const key = idToText(header.session);
      frees(clientOf(header.session), key);
      const covered = Math.max(clock, accepted.get(key)?.clock ?? 0);
      accepted.set(key, { sequence: header.sequence, hash, clock: covered, device });
      sessionByClient.set(clientOf(header.session), key);
    },
  };
}
export type Sessions = ReturnType<typeof createSessions>;
