// Why the relay can't start, in one sentence that says what to do; undefined for anything that is a bug.
import { BadKeyFile } from './auth/relayKey.ts';
import { isLocked } from './log/database.ts';
import { NewerDatabase } from './log/migrations.ts';

export function startFailureOf(error: unknown, { dataDir, port }: { dataDir: string; port: number }) {
  if (isLocked(error))
    return `Another relay is using ${dataDir}: stop it, or set DATA_DIR to another folder.`;
  if (error instanceof NewerDatabase)
    return `${dataDir} was written by a newer Convo: update, or set DATA_DIR.`;
  if (error instanceof BadKeyFile)
    return `${dataDir}/relay.key is damaged: put its copy back, or remove it to begin anew.`;
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: stop what uses it, or set PORT to another number.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
    case 'SQLITE_CANTOPEN':
      return isListening(error)
        ? `Port ${port} may not be used by this account: set PORT to a number above 1023.`
        : `${dataDir} can't be written: make it writable, or set DATA_DIR to another folder.`;
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

const isListening = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'listen';
