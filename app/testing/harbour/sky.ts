// What the weather does to frames and requests, how often, and how often it really did. Calm until it is told otherwise.
import type { Chance } from './chance.ts';

export const weatherKinds = [
  'drop',
  'delay',
  'reorder',
  'disconnect',
  'requestLost',
  'answerLost',
  'relayRestart',
  'relayCrash',
  'relayWipe',
  'relayRestore',
  'clientRestart',
  'clientCrash',
  'add',
  'removal',
  'epochTurn',
  'clockSkew',
  'offlineMonth',
  'lieReplay',
  'lieSwap',
  'lieForge',
  'lieEnd',
  'lieRefuse',
] as const;
export type WeatherKind = (typeof weatherKinds)[number];
export type WeatherCounts = Record<WeatherKind, number>;

/**
 * Chances by frame, by request (the lost ones) and by step: restarts, crashes, changes of a group's members, clocks that are
 * set wrong by days, and months in which nobody is there. Lies are told in some runs only, by frame.
 */
const stormy: WeatherCounts = {
  drop: 0.01,
  delay: 0.02,
  reorder: 0.02,
  disconnect: 0.004,
  requestLost: 0.06,
  answerLost: 0.06,
  relayRestart: 0.006,
  relayCrash: 0.006,
  relayWipe: 0.0025,
  relayRestore: 0.0025,
  clientRestart: 0.004,
  clientCrash: 0.006,
  add: 0.015,
  removal: 0.01,
  epochTurn: 0.006,
  clockSkew: 0.002,
  offlineMonth: 0.002,
  lieReplay: 0.004,
  lieSwap: 0.004,
  lieForge: 0.004,
  lieEnd: 0.01,
  lieRefuse: 0.01,
};

export const noCounts = (): WeatherCounts =>
  Object.fromEntries(weatherKinds.map((kind) => [kind, 0])) as WeatherCounts;

export type Sky = ReturnType<typeof createSky>;

export function createSky(chance: Chance) {
  const counts = noCounts();
  let isStormy = false;
  let isLying = false;
  return {
    counts,
    /** @param withLies the relay is not honest either. */
    storm(withLies = false) {
      isStormy = true;
      isLying = withLies;
    },
    isLying: () => isLying && isStormy,
    calm() {
      isStormy = false;
    },
    /** Whether this kind strikes now. Draws also when calm: the same story follows from the same seed. */
    strikes: (kind: WeatherKind) => chance.happens(stormy[kind]) && isStormy,
    /** It really happened. */
    happened(kind: WeatherKind) {
      counts[kind]++;
    },
  };
}
