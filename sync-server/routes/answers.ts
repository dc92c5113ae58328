// How the HTTP side takes bodies in and says yes or no: parsed against the shared schema, refused from the shared list.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import * as v from 'valibot';
import { parseId } from '../../shared/protocol/ids.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { toJson } from '../../shared/protocol/http.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { diskFullRetryMs } from '../relay/bounds.ts';

/** Without a listening server (in tests) there is no `incoming`. */
export type Env = { Bindings: Partial<HttpBindings> };
export type Ask = Context<Env>;

export interface Refusal {
  readonly refusal: RefusalCode;
  readonly retryAfterMs?: number;
  readonly detail?: Bytes;
}

const statusByCode: Partial<Record<RefusalCode, 400 | 401 | 403 | 404 | 409 | 410 | 413 | 429 | 500 | 507>> =
  {
    'too-large': 413,
    'not-signed-in': 401,
    'bad-token': 401,
    'bad-signature': 403,
    forbidden: 403,
    'stale-epoch': 409,
    conflict: 409,
    'head-moved': 409,
    'not-found': 404,
    busy: 429,
    'disk-full': 507,
    'registration-closed': 403,
    'invitation-used': 410,
    'invitation-expired': 410,
    'handle-taken': 409,
    'too-many': 429,
    internal: 500,
  };

export function refuse(c: Ask, code: RefusalCode, extras: Omit<Refusal, 'refusal'> = {}): Response {
  const retryAfterMs = extras.retryAfterMs ?? (code === 'disk-full' ? diskFullRetryMs : undefined);
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  const body: Refusal = { refusal: code, ...extras, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return c.json(toJson(body), statusByCode[code] ?? 400);
}

/** Answers with a body of the given schema's output type. */
export const answer = <S extends v.GenericSchema>(c: Ask, _schema: S, body: v.InferOutput<S>): Response =>
  c.json(toJson(body));

export async function readBody<S extends v.GenericSchema>(
  c: Ask,
  schema: S,
): Promise<Result<v.InferOutput<S>, 'malformed'>> {
  let json: unknown;
  try {
    json = JSON.parse(await c.req.text());
  } catch (error) {
    if (error instanceof SyntaxError) return fail('malformed');
    throw error;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? ok(parsed.output) : fail('malformed');
}

/** An id in the path; undefined if it is none. */
export const idParameter = <T extends Bytes>(c: Ask, name: string, length: number): T | undefined =>
  parseId<T>(c.req.param(name) ?? '', length);
