// Who is calling: the address that a rate is counted for, and the device that a bearer token speaks for.
import type { Session, TokenRoom } from '../auth/tokens.ts';
import { keyOf } from '../auth/keyOf.ts';
import type { RateLimiter } from '../relay/rateLimiter.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { refuse, type Ask } from './answers.ts';

export interface Caller {
  readonly forwardedFor: string | undefined;
  readonly remoteAddress: string | undefined;
}

export const addressOf = (c: Ask, trustProxy: boolean): string =>
  addressOfCaller(
    {
      forwardedFor: c.req.header('x-forwarded-for'),
      remoteAddress: c.env?.incoming?.socket.remoteAddress,
    },
    trustProxy,
  );

/** With `trustProxy`, what the nearest proxy says; anyone could say it otherwise. */
export function addressOfCaller({ forwardedFor, remoteAddress }: Caller, trustProxy: boolean): string {
  const forwarded = trustProxy ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  return networkOf(forwarded ?? remoteAddress ?? 'local');
}

/** A person has one IPv4 address, or 2^64 of IPv6: those count as one. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':');
  const missing = 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const full = address.includes('::')
    ? [...groups, ...Array<string>(Math.max(0, missing)).fill('0')]
    : groups;
  return full.slice(0, 4).join(':');
}

/** A `busy` answer, or undefined when there is room. */
export function slowDown(c: Ask, limiter: RateLimiter, key: string): Response | undefined {
  const retryAfterMs = limiter.take(key);
  return retryAfterMs > 0 ? refuse(c, 'busy', { retryAfterMs }) : undefined;
}

export function callerOf(c: Ask, tokens: TokenRoom): Result<Session, RefusalCode> {
  const header = c.req.header('authorization');
  if (header === undefined) return fail('not-signed-in');
  const session = header.startsWith('Bearer ') ? tokens.sessionOf(header.slice('Bearer '.length)) : undefined;
  return session ? ok(session) : fail('bad-token');
}

/** Runs `work` for a signed-in caller who is not too quick. */
export async function withCaller(
  c: Ask,
  tokens: TokenRoom,
  limiter: RateLimiter,
  work: (session: Session) => Response | Promise<Response>,
): Promise<Response> {
  const caller = callerOf(c, tokens);
  if (!caller.ok) return refuse(c, caller.error);
  return slowDown(c, limiter, keyOf(caller.value.device.userId)) ?? work(caller.value);
}
