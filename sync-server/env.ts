// The environment, parsed once. Says in one sentence what is wrong with it.
import * as v from 'valibot';
import { registrations } from '../shared/protocol/http.ts';
import { fail, ok, type Result } from '../shared/protocol/result.ts';

const whole = (name: string, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, `${name} must be a whole number.`),
    v.transform(Number),
    v.maxValue(max, `${name} must be at most ${max}.`),
  );
const yesNo = (name: string) =>
  v.pipe(
    v.picklist(['0', '1'], `${name} must be 0 or 1.`),
    v.transform((text) => text === '1'),
  );

const schema = v.object({
  PORT: v.optional(whole('PORT', 65_535), '8787'),
  HOST: v.optional(v.string()),
  DATA_DIR: v.optional(v.pipe(v.string(), v.nonEmpty('DATA_DIR must name a folder.')), './data'),
  REGISTRATION: v.optional(
    v.picklist(registrations, `REGISTRATION must be one of ${registrations.join(', ')}.`),
    'invite',
  ),
  PUBLIC_URL: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^https?:\/\/[^/?#]+\/?$/, 'PUBLIC_URL must look like https://chat.example.org.'),
      v.transform((url) => url.replace(/\/$/, '')),
    ),
  ),
  /** Behind a proxy that sets X-Forwarded-For. */
  TRUST_PROXY: v.optional(yesNo('TRUST_PROXY'), '0'),
  /** Loosens the rate limits; for load tests. */
  RATE_FACTOR: v.optional(whole('RATE_FACTOR', 1_000_000), '1'),
  /** Pages of 4 KB that the database may have, 0 for no limit; stands in for a full disk. */
  MAX_PAGE_COUNT: v.optional(whole('MAX_PAGE_COUNT', 999_999_999), '0'),
  LOG: v.optional(v.picklist(['json', 'off'], 'LOG must be json or off.'), 'json'),
});
export type Environment = v.InferOutput<typeof schema>;

/** An empty variable counts as not set. */
export function parseEnv(env: Readonly<Record<string, string | undefined>>): Result<Environment, string> {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = v.safeParse(schema, set);
  return parsed.success ? ok(parsed.output) : fail(parsed.issues[0].message);
}
