// Tells a write that the disk didn't take from a mistake in the code: the platform's and Dexie's errors from all others.
import { Dexie } from 'dexie';

export const isDiskError = (error: unknown): boolean =>
  error instanceof DOMException || error instanceof Dexie.DexieError;
