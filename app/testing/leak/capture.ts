// How modules that stand in for others in a test build tell the page what they saw: as a message of the worker, before
// the answer of the command that it happened in.

export interface Captured {
  /** A draw from the injected randomness (`app/crypto/random.ts`), or a key derived from others (`app/crypto/hash.ts`). */
  readonly source: 'draw' | 'derived';
  /** Draws: who drew, nearest caller first. Derived keys: what they are for. */
  readonly label: string;
  readonly bytes: Uint8Array;
}
export interface CaptureMessage {
  readonly captured: Captured;
}

export function tellCaptured(captured: Captured): void {
  const message: CaptureMessage = { captured: { ...captured, bytes: captured.bytes.slice() } };
  postMessage(message);
}

export const isCaptureMessage = (value: unknown): value is CaptureMessage =>
  typeof value === 'object' && value !== null && 'captured' in value;
