// The shape of a catalogue: English is the first, and every further language has to fill exactly the same shape.
import type { en } from './en.ts';

export type Words = typeof en;
