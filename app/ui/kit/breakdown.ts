// Whether the app beneath the screens can't work at all: the device's storage doesn't open, or the worker didn't start.
// Told once by the composition root; nothing comes back from it but a reload.

export interface Breakdown {
  /** A word for whoever helps; undefined while all is well. */
  read(): string | undefined;
  report(reason: string): void;
  subscribe(onChange: () => void): () => void;
}

export function createBreakdown(): Breakdown {
  let reason: string | undefined;
  const listeners = new Set<() => void>();
  return {
    read: () => reason,
    report(next) {
      reason ??= next;
      for (const listener of listeners) listener();
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
}
