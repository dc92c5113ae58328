// Access tokens (ten minutes, in memory, hashed) and refresh tokens (sixty days, one row a family). A refresh token that
// was used before ends its family: two parties hold it. A device that lost an answer signs in with a challenge instead.
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Tokens } from '../../shared/protocol/http.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { Device } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import { keyOf } from './keyOf.ts';
import { sha256 } from './sha256.ts';

export const accessLifeMs = 10 * 60_000;
export const refreshLifeMs = 60 * 24 * 3600_000;
/** About 30 MB; the oldest go first, and their devices refresh. */
const maxAccessTokens = 100_000;
const familyBytes = 16;
const secretBytes = 32;
const runBytes = 16;

/** Who an access token speaks for. */
export interface Session {
  readonly device: Device;
  readonly family: string;
}
export type TokenRoom = ReturnType<typeof createTokens>;

export function createTokens({
  log,
  flush,
  now,
  random,
}: {
  log: Log;
  /** Makes durable, or ends the relay for, what was written before: a token must not be built on what the disk has lost. */
  flush: () => void;
  now: () => number;
  random: (length: number) => Bytes;
}) {
  const run = bytesToBase64url(random(runBytes));
  const sessionByToken = new Map<string, Session & { expiresAt: number }>();
  const revocationListeners = new Set<(family: string) => void>();

  const hashOf = (token: Uint8Array) => keyOf(sha256(token));

  function issueAccess(device: Device, family: Bytes): string {
    for (const [key, { expiresAt }] of sessionByToken) {
      if (expiresAt > now() && sessionByToken.size < maxAccessTokens) break;
      sessionByToken.delete(key);
    }
    const token = random(secretBytes);
    sessionByToken.set(hashOf(token), { device, family: keyOf(family), expiresAt: now() + accessLifeMs });
    return bytesToBase64url(token);
  }

  function bundle(device: Device, family: Bytes, secret: Bytes): Tokens {
    return {
      accessToken: issueAccess(device, family),
      refreshToken: bytesToBase64url(concatBytes(family, secret)),
      expiresInMs: accessLifeMs,
      run,
    };
  }

  function store(work: () => void) {
    flush();
    return log.write(work);
  }

  function revoke(family: Bytes): Result<void, 'disk-full'> {
    const key = keyOf(family);
    for (const [token, session] of sessionByToken) if (session.family === key) sessionByToken.delete(token);
    for (const listener of revocationListeners) listener(key);
    return store(() => log.tokenFamilies.revoke(family));
  }

  return {
    /** A new family for a device that has just proven itself. */
    start(device: Device): Result<Tokens, 'disk-full'> {
      const [family, secret] = [random(familyBytes), random(secretBytes)];
      const stored = store(() => {
        log.tokenFamilies.removeExpired(now());
        log.tokenFamilies.start(family, device.row, sha256(secret), now() + refreshLifeMs);
      });
      return stored.ok ? ok(bundle(device, family, secret)) : stored;
    },

    refresh(refreshToken: string): Result<Tokens, 'bad-token' | 'disk-full'> {
      const bytes = parseBase64url(refreshToken);
      if (bytes?.length !== familyBytes + secretBytes) return fail('bad-token');
      const [family, presented] = [bytes.slice(0, familyBytes), bytes.slice(familyBytes)];
      const found = log.tokenFamilies.find(family);
      if (!found || found.expiresAt <= now()) return fail('bad-token');
      if (!equalBytes(found.hash, sha256(presented))) {
        const revoked = revoke(family);
        return revoked.ok ? fail('bad-token') : revoked;
      }
      const device = log.accounts.deviceOf(found.device);
      if (!device) return fail('bad-token');
      const secret = random(secretBytes);
      const stored = store(() => log.tokenFamilies.renew(family, sha256(secret), now() + refreshLifeMs));
      return stored.ok ? ok(bundle(device, family, secret)) : stored;
    },

    /** Whom this access token speaks for, while it is good. */
    sessionOf(accessToken: string): Session | undefined {
      const bytes = parseBase64url(accessToken);
      const session = bytes && sessionByToken.get(hashOf(bytes));
      return session && session.expiresAt > now() ? session : undefined;
    },

    /** Told the family's key when one is revoked. */
    onRevoked(listener: (family: string) => void) {
      revocationListeners.add(listener);
    },
  };
}
