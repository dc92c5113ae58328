// Why the relay can't start, in one sentence that says what to do; undefined for anything that is a bug.
import { BadKeyFile, MissingKeyFile } from './auth/relayKey.ts';
import { isDiskFull, isLocked, isNoDatabase, isUnwritable } from './log/database.ts';
import { NewerDatabase } from './log/migrations.ts';

export function startFailureOf(error: unknown, { dataDir, port }: { dataDir: string; port: number }) {
  if (isLocked(error))
    return `Another relay is using ${dataDir}: stop it, or set DATA_DIR to another folder.`;
  if (error instanceof NewerDatabase)
    return `${dataDir} was written by a newer Convo: update, or set DATA_DIR.`;
  if (error instanceof BadKeyFile)
    return `${dataDir}/relay.key is damaged: put its copy back, or move it and relay.db away to begin anew.`;
  if (error instanceof MissingKeyFile)
    return `${dataDir}/relay.key is missing, and the people in relay.db know this relay by it: put its copy back, or move relay.db away to begin anew.`;
  if (isNoDatabase(error))
    return `${dataDir}/relay.db is damaged, or no database: put its copy back, or move it away to begin anew.`;
  if (isUnwritable(error)) return unwritable(dataDir);
  if (isDiskFull(error)) return full(dataDir);
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: stop what uses it, or set PORT to another number.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
      return isListening(error)
        ? `Port ${port} may not be used by this account: set PORT to a number above 1023.`
        : unwritable(dataDir);
    case 'ENOSPC':
      return full(dataDir);
    case 'EEXIST':
    case 'ENOTDIR':
      return `${dataDir} is not a folder: set DATA_DIR to another one.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is no address of this machine: leave it out, or set it to one.';
    default:
      return undefined;
  }
}

const unwritable = (dataDir: string): string =>
  `${dataDir} can't be written: make it writable, or set DATA_DIR to another folder.`;
const full = (dataDir: string): string =>
  `The disk of ${dataDir} is full: make room, or set DATA_DIR to a folder on another one.`;

const isListening = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'listen';
