// A mutant: the project with one of its checks against a lying relay or member switched off. Its named test must go red.

/** One place in one file that is replaced. */
export interface Change {
  /** What goes wrong then; of a mutant, the lie that would get through. */
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly snippet: string;
  readonly replacement: string;
}

export interface Mutant extends Change {
  /** Where the test stands, and its whole name without that of a group around it. */
  readonly testFile: string;
  readonly test: string;
}

/** The source with the change in it. Throws a sentence where the snippet doesn't stand there exactly once. */
export function mutate(source: string, { name, file, snippet, replacement }: Change): string {
  const times = source.split(snippet).length - 1;
  if (times !== 1) {
    throw new Error(`"${name}" needs its snippet exactly once in ${file}, and it is there ${times} times.`);
  }
  // As a function: a replacement's "$&" means itself.
  return source.replace(snippet, () => replacement);
}
