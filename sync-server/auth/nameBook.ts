// Which handles this relay has given out, to whom, and whether it has an administrator: kept in `relay.names` beside the
// key, so that a relay with an empty or an old database still knows which names are taken. The file holds keyed hashes
// and only grows; it never learns a handle. Deleting it while the relay is stopped gives all names free.
import { appendFileSync, readFileSync } from 'node:fs';
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { Account } from '../log/accounts.ts';
import type { AwaitedName, GivenName } from '../log/awaitedNames.ts';
import type { Log } from '../log/createLog.ts';
import { keyOf } from './keyOf.ts';
import type { RelayKey } from './relayKey.ts';

/** Long enough for a holiday, short enough that a name isn't lost for ever with its owner's devices. */
export const awaitedForMs = 30 * 24 * 3600_000;
/** Of a SHA-256: nobody guesses, and no two names meet. */
const hashBytes = 16;
const firstLine = 'convo relay names, version 1: keep it beside relay.key';
/** Hash of the handle, hash of the user, and whether that is the administrator. */
const linePattern = /^([\w-]{22}) ([\w-]{22}) ([am])$/;

type Person = Pick<Account, 'handle' | 'userId' | 'isAdministrator'>;
export type NameBook = ReturnType<typeof openNameBook>;

export interface NameBookDeps {
  readonly path: string;
  readonly log: Log;
  readonly relayKey: RelayKey;
  /** Makes durable what was written before, or ends the relay. */
  readonly flush: () => void;
  readonly now: () => number;
}

/** Reads the file and compares it with the database. Throws what the file system throws. */
export function openNameBook({ path, log, flush, relayKey, now }: NameBookDeps) {
  const handleHash = (handle: string) => relayKey.derive('name', textToBytes(handle)).slice(0, hashBytes);
  const userHash = (userId: UserId) => relayKey.derive('named-user', userId).slice(0, hashBytes);
  const given = ({ handle, userId, isAdministrator }: Person): GivenName => ({
    handle: handleHash(handle),
    user: userHash(userId),
    isAdministrator,
  });
  const toLine = ({ handle, user, isAdministrator }: GivenName) =>
    `${bytesToBase64url(handle)} ${bytesToBase64url(user)} ${isAdministrator ? 'a' : 'm'}`;

  const text = readText(path);
  const inFile = new Map<string, GivenName>();
  for (const name of (text ?? '').split('\n').flatMap((line) => parseLine(line) ?? [])) {
    inFile.set(keyOf(name.handle), name);
  }
  // A line that a power cut or a full disk tore apart stays as it is: what follows begins on a line of its own.
  let isTorn = text !== undefined && !text.endsWith('\n');
  if (text === undefined) append(path, `${firstLine}\n`);

  /** Durable when this returns. */
  function write(names: readonly GivenName[]) {
    const fresh = names.filter((name) => {
      const known = inFile.get(keyOf(name.handle));
      return !known || toLine(known) !== toLine(name);
    });
    if (fresh.length === 0) return;
    const lines = fresh.map((name) => `${toLine(name)}\n`).join('');
    const before = isTorn ? '\n' : '';
    isTorn = true;
    append(path, `${before}${lines}`);
    isTorn = false;
    for (const name of fresh) inFile.set(keyOf(name.handle), name);
  }

  const inDatabase = log.accounts.all().map(given);
  write(inDatabase);
  const known = new Set(inDatabase.map(({ handle }) => keyOf(handle)));
  const missing = [...inFile.values()].filter(({ handle }) => !known.has(keyOf(handle)));
  const missingKeys = new Set(missing.map(({ handle }) => keyOf(handle)));
  let isNoticed = false;
  /** False while the disk takes nothing: it is tried again before anybody is let in. */
  function notice(): boolean {
    if (isNoticed) return true;
    flush();
    isNoticed = log.write(() => {
      for (const { handle } of log.awaitedNames.all()) {
        if (!missingKeys.has(keyOf(handle))) log.awaitedNames.remove(handle);
      }
      for (const name of missing) log.awaitedNames.add(name, now());
    }).ok;
    return isNoticed;
  }
  notice();

  const isStillAwaited = (name: AwaitedName | undefined): name is AwaitedName =>
    name !== undefined && now() < name.since + awaitedForMs;

  return {
    missingCount: missing.length,
    /** Another person had this handle before the database forgot them, and may still come back. */
    isKeptFor(handle: string, userId: UserId): boolean {
      if (!notice()) return true;
      const awaited = log.awaitedNames.find(handleHash(handle));
      return isStillAwaited(awaited) && !equalBytes(awaited.user, userHash(userId));
    },
    /** The administrator is somebody whom the database has forgotten, and who may still come back. */
    isAdministratorAwaited: (): boolean =>
      log.accounts.findAdministrator() === undefined && isStillAwaited(log.awaitedNames.findAdministrator()),
    /** The place is free, or kept for this person. */
    mayAdminister(userId: UserId): boolean {
      if (log.accounts.findAdministrator()) return false;
      const awaited = log.awaitedNames.findAdministrator();
      return !isStillAwaited(awaited) || equalBytes(awaited.user, userHash(userId));
    },
    /** Keeps an account's name, which the database has just stored. */
    keep(account: Person): Result<void, 'disk-full'> {
      try {
        write([given(account)]);
        return ok(undefined);
      } catch (error) {
        if (error instanceof Error && 'code' in error && fullCodes.has(error.code)) return fail('disk-full');
        throw error;
      }
    },
  };
}

const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']);

function parseLine(line: string): GivenName | undefined {
  const [, handleText = '', userText = '', role] = linePattern.exec(line) ?? [];
  const [handle, user] = [parseBase64url(handleText), parseBase64url(userText)];
  if (handle?.length !== hashBytes || user?.length !== hashBytes) return undefined;
  return { handle: handle satisfies Bytes, user, isAdministrator: role === 'a' };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const append = (path: string, text: string) => appendFileSync(path, text, { mode: 0o600, flush: true });
