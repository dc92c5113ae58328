// What is wrong with a person's name. A field never cuts it: the screen says so instead.
import { isSayable } from '../../chat/sayableName.ts';

/** The limit of the protocol, in bytes of UTF-8. */
const maxNameBytes = 256;

export function nameProblem(name: string): 'empty' | 'long' | 'invisible' | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'empty';
  if (new TextEncoder().encode(trimmed).length > maxNameBytes) return 'long';
  return isSayable(trimmed) ? undefined : 'invisible';
}
