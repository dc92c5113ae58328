// Loaded into a server under measurement before its own code: at SIGUSR2 it collects garbage and writes what memory is
// resident to the file that MEMORY_PROBE names, with its process id.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');
const file = process.env['MEMORY_PROBE'] ?? '';

const report = (/** @type {number} */ resident) =>
  writeFileSync(file, JSON.stringify({ pid: process.pid, resident }));
process.on('SIGUSR2', () => {
  for (let i = 0; i < 4; i++) collect();
  // Freed pages go back to the system a little later.
  setTimeout(() => {
    collect();
    report(process.memoryUsage.rss());
  }, 500);
});
report(0);
