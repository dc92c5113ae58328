// A command's arguments, read strictly: what can't be meant is answered with one sentence, and nothing is run. A sum over
// nothing would look like a green one.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** Ends the process, as for a command that was called wrongly. */
export function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

/** The values of these options; anything else on the command line is refused. */
export function readOptions<const O extends ParseArgsOptionsConfig>(options: O) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error));
  }
}

/** A whole number from 1 on, as the option of this name has it. */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  const isWhole = /^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value);
  return isWhole ? value : refuse(`--${option} takes a whole number from 1 on, not "${text}".`);
}

/** Those that are wanted; where that is none of them, `refusal` is the sentence. */
export function someOf<T>(all: readonly T[], isWanted: (one: T) => boolean, refusal: string): readonly T[] {
  const wanted = all.filter(isWanted);
  return wanted.length > 0 ? wanted : refuse(refusal);
}
