// What a relay's host may ask from a terminal. So far: `npm run relay -- verify`, which checks a stopped relay's database.
import { join } from 'node:path';
import { parseEnv } from './env.ts';
import { openForReading, type ReadingFailure } from './log/openForReading.ts';
import { verifyDatabase } from './verify/verifyDatabase.ts';

function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const sentenceOf = (failure: ReadingFailure, dataDir: string): string => {
  switch (failure) {
    case 'not-there':
      return `There is no relay.db in ${dataDir}: set DATA_DIR to the relay's folder.`;
    case 'in-use':
      return `A relay is using ${dataDir}: stop it, and ask again.`;
    case 'no-database':
      return `${dataDir}/relay.db can't be read as a database: put a backup back.`;
    case 'other-version':
      return `${dataDir} was written by another version of Convo: start the relay of this version once, or update.`;
    default:
      return failure satisfies never;
  }
};

if (process.argv[2] !== 'verify' || process.argv.length > 3) stop('Usage: npm run relay -- verify');
const parsed = parseEnv(process.env);
if (!parsed.ok) stop(parsed.error);
const dataDir = parsed.value.DATA_DIR;
const reading = openForReading(join(dataDir, 'relay.db'));
if (!reading.ok) stop(sentenceOf(reading.error, dataDir));
const verdict = verifyDatabase(reading.value, (problem) => void process.stdout.write(`${problem}\n`));
reading.value.close();
process.stdout.write(`${JSON.stringify(verdict)}\n`);
process.exitCode = verdict.problems > 0 ? 1 : 0;
