// The little that every tab reads of the account: whose it is. Kept apart from the keys and the session, so that the
// first screen loads neither.
import * as v from 'valibot';
import { parseBase64url } from '../../shared/codec/base64url.ts';
import type { SearchKey } from '../crypto/keyTree.ts';
import type { Storage } from '../storage/storage.ts';

export const storedAccount = v.object({
  relayKey: v.string(),
  handle: v.string(),
  isAdministrator: v.boolean(),
  certificate: v.string(),
});
export type StoredAccount = v.InferOutput<typeof storedAccount>;

export const storedIdentity = v.object({
  user: v.string(),
  genesis: v.string(),
  deviceBoxSeed: v.string(),
  userBoxSeed: v.string(),
  recoverySeed: v.string(),
  searchKey: v.string(),
  /** The device's signing seed, only where the platform can't keep its key. */
  deviceSeed: v.optional(v.string()),
});

/** Who uses this device, and the key that finds their words; undefined before there is an identity. */
export async function loadSelf(storage: Storage) {
  const stored = await storage.setting('identity', storedIdentity);
  const searchKey = stored && parseBase64url(stored.searchKey);
  return stored && searchKey?.length === 32
    ? { user: stored.user, searchKey: searchKey as SearchKey }
    : undefined;
}
