// One process of the fleet: takes its seeds, sails them one after another, and reports each.
import * as v from 'valibot';
import { voyageOrder } from './fleet.ts';
import { sail } from './voyage.ts';

process.once('message', (message) => {
  const { seeds, steps } = v.parse(voyageOrder, message);
  const all = async () => {
    for (const seed of seeds) process.send?.(await sail(seed, steps));
    process.disconnect();
    process.exit(0);
  };
  all().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});
