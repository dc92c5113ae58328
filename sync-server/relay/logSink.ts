// What the relay says about itself: one event a line, for machines. Fields are named here so that no body, token, key or
// text can slip in: an event holds names, counts and times only.

export type LogEvent =
  | {
      readonly event: 'started';
      readonly registration: string;
      readonly isNewKey: boolean;
      /** Accounts that the database has forgotten. */
      readonly awaitedNames: number;
    }
  | { readonly event: 'stopped'; readonly connections: number }
  | {
      readonly event: 'request';
      readonly method: string;
      readonly route: string;
      readonly status: number;
      readonly ms: number;
    }
  | { readonly event: 'account'; readonly isAdministrator: boolean }
  | { readonly event: 'return'; readonly isAdministrator: boolean }
  /** Something could not be written for want of room; said at most once a minute. */
  | { readonly event: 'disk-full' }
  /** `error` is the error's class and code, and where it was thrown: messages may quote what they choke on. */
  | { readonly event: 'bug'; readonly place: string; readonly error: string; readonly stack: string };
export type LogSink = (entry: LogEvent & { readonly time: string }) => void;

export const jsonLines =
  (write: (line: string) => void): LogSink =>
  (entry) =>
    write(`${JSON.stringify(entry)}\n`);

export function describeBug(place: string, error: unknown): Extract<LogEvent, { event: 'bug' }> {
  if (!(error instanceof Error)) return { event: 'bug', place, error: typeof error, stack: '' };
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const stack = frames.slice(0, 8).map((line) => line.trim());
  return { event: 'bug', place, error: `${error.constructor.name}${code}`, stack: stack.join(' | ') };
}
