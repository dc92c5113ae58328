// Loaded into a server under measurement before its own code: at SIGUSR2 it collects garbage and writes what memory is
// resident to the file that MEMORY_PROBE names, with its process id.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** @type {(options: object) => void} */
const gc = runInNewContext('gc');
/** The thorough kind gives back what the heap doesn't use: what is left is what is held. */
const collect = () => gc({ type: 'major', flavor: 'last-resort', execution: 'sync' });
const file = process.env['MEMORY_PROBE'] ?? '';

const report = (/** @type {number} */ resident) =>
  writeFileSync(file, JSON.stringify({ pid: process.pid, resident }));
process.on('SIGUSR2', () => {
  collect();
  // Freed pages go back to the system a little later.
  setTimeout(() => {
    collect();
    report(process.memoryUsage.rss());
  }, 500);
});
report(0);
