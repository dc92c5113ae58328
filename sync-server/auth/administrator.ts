// The one-time link that makes the first person of a relay its administrator. The token is derived, not stored: it can
// be printed again at every start until someone has used it, and dies with the database. While an administrator whom the
// database has forgotten may still come back, there is none.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, textToBytes } from '../../shared/codec/bytes.ts';
import type { Log } from '../log/createLog.ts';
import type { NameBook } from './nameBook.ts';
import type { RelayKey } from './relayKey.ts';
import { sha256 } from './sha256.ts';

export type Administrator = ReturnType<typeof createAdministrator>;

export interface AdministratorDeps {
  readonly log: Log;
  readonly relayKey: RelayKey;
  readonly names: NameBook;
}

export function createAdministrator({ log, relayKey, names }: AdministratorDeps) {
  const token = bytesToBase64url(relayKey.derive('administrator', log.birth));
  const isAwaited = () => names.isAdministratorAwaited();
  const isAppointed = () => log.accounts.findAdministrator() !== undefined || isAwaited();
  return {
    /** Also while a former one may still come back. */
    isAppointed,
    isAwaited,
    isToken: (text: string) => equalBytes(sha256(textToBytes(text)), sha256(textToBytes(token))),
    /** Undefined once there is an administrator, or while one is awaited. Never for a log. */
    link: (origin: string): string | undefined =>
      isAppointed() ? undefined : `${origin}/join#admin=${token}`,
  };
}
