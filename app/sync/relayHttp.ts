// The relay's HTTP calls: bodies checked by the shared schemas both ways, failures as values. A relay that accepts and
// never answers counts as offline after a while.
import * as v from 'valibot';
import { refusalBody, toJson } from '../../shared/protocol/http.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { Clock } from './clock.ts';

/** Longer than any honest answer takes; a person waits on some of these. */
const patienceMs = 15_000;

export type Fetch = (request: Request) => Promise<Response>;
export type HttpFailure = 'offline' | RefusalCode;

export interface RelayHttp {
  readonly origin: string;
  get<T>(
    path: string,
    schema: v.GenericSchema<unknown, T>,
    accessToken?: string,
  ): Promise<Result<T, HttpFailure>>;
  post<T>(
    path: string,
    body: unknown,
    schema: v.GenericSchema<unknown, T>,
    accessToken?: string,
  ): Promise<Result<T, HttpFailure>>;
}

/**
 * @param origin the relay's, such as `https://convo.example`.
 * @param onBadToken the relay no longer takes this access token, whatever was said of its end.
 * @param onTime what time the relay has (to the second, as the header `Date` has it), and when it was asked, by `elapsed`.
 */
export function createRelayHttp(
  origin: string,
  fetchNow: Fetch,
  clock: Clock,
  onBadToken: (accessToken: string) => void = () => {},
  onTime: (relayMs: number, askedAt: number) => void = () => {},
): RelayHttp {
  async function call<T>(
    path: string,
    init: RequestInit,
    schema: v.GenericSchema<unknown, T>,
    accessToken: string | undefined,
  ): Promise<Result<T, HttpFailure>> {
    const askedAt = clock.elapsed();
    const stop = new AbortController();
    const cancel = clock.after(patienceMs, () => stop.abort());
    const headers = new Headers({ 'content-type': 'application/json' });
    if (accessToken !== undefined) headers.set('authorization', `Bearer ${accessToken}`);
    try {
      const request = new Request(new URL(path, origin), { ...init, headers, signal: stop.signal });
      const aborted = new Promise<never>((_, reject) => {
        stop.signal.addEventListener('abort', () => reject(new Error('no answer in time')));
      });
      const response = await Promise.race([fetchNow(request), aborted]);
      const body: unknown = await Promise.race([response.json(), aborted]);
      if (response.ok) {
        const parsed = v.safeParse(schema, body);
        const relayMs = Date.parse(response.headers.get('date') ?? '');
        // Cut to the second, which is half a second early on average.
        if (parsed.success && !Number.isNaN(relayMs)) onTime(relayMs + 500, askedAt);
        return parsed.success ? ok(parsed.output) : fail('offline');
      }
      const refusal = v.safeParse(refusalBody, body);
      const failure = refusal.success ? refusal.output.refusal : 'offline';
      if (failure === 'bad-token' && accessToken !== undefined) onBadToken(accessToken);
      return fail(failure);
    } catch {
      // No network, no answer, or an answer that is not this relay's (a captive portal's page): the same to a person.
      return fail('offline');
    } finally {
      cancel();
    }
  }
  return {
    origin,
    get: (path, schema, accessToken) => call(path, { method: 'GET' }, schema, accessToken),
    post: (path, body, schema, accessToken) =>
      call(path, { method: 'POST', body: JSON.stringify(toJson(body)) }, schema, accessToken),
  };
}
