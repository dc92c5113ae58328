// The one-time link that makes the first person of a relay its administrator. The token is derived, not stored: it can
// be printed again at every start until someone has used it, and dies with the database.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, textToBytes } from '../../shared/codec/bytes.ts';
import type { Log } from '../log/createLog.ts';
import type { RelayKey } from './relayKey.ts';
import { sha256 } from './sha256.ts';

export type Administrator = ReturnType<typeof createAdministrator>;

export function createAdministrator({ log, relayKey }: { log: Log; relayKey: RelayKey }) {
  const token = bytesToBase64url(relayKey.derive('administrator', log.birth));
  const isAppointed = () => log.accounts.findAdministrator() !== undefined;
  return {
    isAppointed,
    isToken: (text: string) => equalBytes(sha256(textToBytes(text)), sha256(textToBytes(token))),
    /** Undefined once there is an administrator. Never for a log. */
    link: (origin: string): string | undefined =>
      isAppointed() ? undefined : `${origin}/join#admin=${token}`,
  };
}
