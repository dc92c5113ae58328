// A mutant: the project with one of its checks against a lying relay or member switched off. Its named test must go red.

export interface Mutant {
  /** The lie that would get through. */
  readonly name: string;
  /** The check's file, and the one place in it that is replaced. */
  readonly file: string;
  readonly snippet: string;
  readonly replacement: string;
  /** Where the test stands, and its whole name without that of a group around it. */
  readonly testFile: string;
  readonly test: string;
}

/** The source with the check switched off. Throws a sentence where the snippet doesn't stand there exactly once. */
export function mutate(source: string, { name, file, snippet, replacement }: Mutant): string {
  const times = source.split(snippet).length - 1;
  if (times !== 1) {
    throw new Error(
      `The mutant "${name}" needs its snippet exactly once in ${file}, and it is there ${times} times.`,
    );
  }
  // As a function: a replacement's "$&" means itself.
  return source.replace(snippet, () => replacement);
}
