// Tells a disk that is full from what else a write may fail by, in every form in which it comes through Dexie.
import { Dexie } from 'dexie';

/** A disk that is full at the commit ends the transaction: Dexie says so, with the reason inside where there is one. A
 * connection that the browser closes ends it too, and that is its reason. Of rows that were to be written together, each
 * has a reason of its own. */
export function isQuotaError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'QuotaExceededError') return true;
  if ('failures' in error && Array.isArray(error.failures)) return error.failures.some(isQuotaError);
  const inner = 'inner' in error && error.inner instanceof Error ? error.inner : undefined;
  return inner ? isQuotaError(inner) : error instanceof Dexie.AbortError;
}
