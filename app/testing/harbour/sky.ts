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
] as const;
export type WeatherKind = (typeof weatherKinds)[number];
export type WeatherCounts = Record<WeatherKind, number>;

/** Chances by frame, by request (the lost ones) and by step (restarts, crashes, and changes of a group's members). */
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
};

export const noCounts = (): WeatherCounts => ({
  drop: 0,
  delay: 0,
  reorder: 0,
  disconnect: 0,
  requestLost: 0,
  answerLost: 0,
  relayRestart: 0,
  relayCrash: 0,
  relayWipe: 0,
  relayRestore: 0,
  clientRestart: 0,
  clientCrash: 0,
  add: 0,
  removal: 0,
  epochTurn: 0,
});

export type Sky = ReturnType<typeof createSky>;

export function createSky(chance: Chance) {
  const counts = noCounts();
  let isStormy = false;
  return {
    counts,
    storm() {
      isStormy = true;
    },
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
