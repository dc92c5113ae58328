// One process of the fleet: takes its seeds, sails them one after another, and reports each.
import * as v from 'valibot';
import { voyageOrder } from './fleet.ts';
import { sail } from './voyage.ts';

// Whoever gave the order is gone: nobody would hear of the rest.
process.once('disconnect', () => process.exit(1));
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
