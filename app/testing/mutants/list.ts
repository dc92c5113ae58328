// All mutants: a line here for each check against a lie.
import { answerLies } from './answerLies.ts';
import { ledgerLies } from './ledgerLies.ts';
import { memberLies } from './memberLies.ts';
import type { Mutant } from './mutant.ts';
import { relayLies } from './relayLies.ts';
import { snapshotLies } from './snapshotLies.ts';

export const mutants: readonly Mutant[] = [
  ...relayLies,
  ...answerLies,
  ...memberLies,
  ...snapshotLies,
  ...ledgerLies,
];
