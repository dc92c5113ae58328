// What a sealed document must know of what is in it: a segment's rules differ from those of a shared document.
import type { SessionId } from '../../shared/protocol/ids.ts';
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
}
