// The heavy half of the worker: the engine with everything below it, loaded once the first screen has its data.
import { createEngine } from '../chat/engine.ts';
import type { Ephemeral } from '../chat/ephemeral.ts';
import { platformRandom } from '../crypto/random.ts';
import type { Storage } from '../storage/storage.ts';
import { platformClock } from '../sync/clock.ts';
import { openWebSocket } from '../sync/webSocket.ts';
import { createTabs } from './tabs.ts';

export function startTabs(storage: Storage, ephemeral: Ephemeral, askPersistence: () => void) {
  const { origin } = location;
  let hasAsked = false;
  return createTabs({
    name: storage.name,
    ephemeral,
    clock: platformClock,
    startEngine: () =>
      createEngine({
        storage,
        origin,
        fetch: (request) => fetch(request),
        openSocket: openWebSocket(origin),
        clock: platformClock,
        random: platformRandom,
        ephemeral,
        onFirstMessage() {
          if (hasAsked) return;
          hasAsked = true;
          askPersistence();
        },
        onArrived: () => {},
      }),
  });
}
