// What a sealed document is given: how it reads and writes what is in it (a segment's rules differ from those of a shared
// document), its disk, its way to the relay, and who hears of what becomes of it.
import type * as Y from 'yjs';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { DocumentId, SessionId } from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { Random } from '../crypto/random.ts';
import type { DocumentPersistence } from '../storage/segmentPersistence.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { Link } from '../sync/link.ts';
import type { ChatContext } from './chatContext.ts';
import type { DocumentLimits } from './documentLimits.ts';
import type { EntryFault } from './entrySeal.ts';
import type { OutgoingDeps } from './outgoing.ts';
import type { HeldSessions } from './sessions.ts';
import type { Lack } from './segmentState.ts';
import type { SessionLine } from './snapshot.ts';

/** How a kind of document reads and writes its updates. */
export interface DocumentRules {
  readonly kind: number;
  /** The update as Yjs may have it, or undefined when it does what its session may not. */
  check(update: Uint8Array, header: { readonly session: SessionId }): Uint8Array | undefined;
  readonly snapshotKind: number;
  /** The document's state up to these clocks, for a snapshot. */
  encodeState(clocks: ReadonlyMap<number, number>): Uint8Array;
  /** A snapshot's state as Yjs may have it, or undefined when it is none. */
  checkState(update: Uint8Array, sessions: readonly SessionLine[]): Uint8Array | undefined;
  /** What a checked state lacks of what the document had at these clocks. */
  lackOf(state: Uint8Array, clocks: ReadonlyMap<number, number>): Promise<Lack>;
  /** Whether a checked state still has a body that was erased here. */
  holdsErased?(state: Uint8Array): boolean;
}

export interface SealedDocumentDeps extends Pick<OutgoingDeps, 'cut' | 'recordsAt'> {
  readonly limits: DocumentLimits;
  /** Where this run's session goes on that the document had when it was closed. */
  readonly held?: HeldSessions | undefined;
  /** Which life of the document this is. */
  readonly generation?: number;
  readonly context: ChatContext;
  readonly id: DocumentId;
  readonly doc: Y.Doc;
  readonly rules: DocumentRules;
  readonly persistence: DocumentPersistence;
  readonly storage: Storage;
  readonly link: Link;
  readonly clock: Clock;
  readonly random: Random;
  /** Records of an entry that the relay has stored. */
  readonly onStored: (recordIds: readonly string[]) => Promise<void>;
  readonly onSetAside: (fault: EntryFault) => void;
  /** Resolves when what has arrived so far has had its effect on the document. */
  readonly beforeReview: () => Promise<unknown>;
  /** A deletion may have been lost on the way: all documents that it could be in ask the relay again. */
  readonly onDeletionMissing: () => void;
  /** The disk didn't take something: what is in memory is more than it has. */
  readonly onFailed: (error: unknown) => void;
  readonly onRefused: (code: RefusalCode, detail: Bytes) => void;
  readonly onSignal: (sealed: Bytes) => void;
  /** From now on, until the next break, signals reach others. */
  readonly onHeard?: () => void;
  /** A snapshot's state came in: also what Yjs has something else in the place of. */
  readonly onState?: (update: Uint8Array) => void;
  /** Another's snapshot has all that the log had, and so has this device now. */
  readonly onWhole?: () => void;
  /** Its last snapshot, of this state, lacked something, and has been replaced by this device: others may have left with it. */
  readonly onSealCorrected?: (state: Uint8Array) => void;
  /** The relay takes no more of it until it is sealed. */
  readonly onFull?: () => void;
  /** The document takes no more entries. */
  readonly onSealed?: () => void;
  /** What was to be purged is gone from the relay. */
  readonly onPurged?: () => void;
}
