// Looks through all files of a folder for many byte strings at once: where a test says that something is nowhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const pieceBytes = 32;

/** How many of these have a piece, from their middle or end, in a file of the folder; headers begin alike. */
export function countFound(folder: string, wanted: readonly Uint8Array[]): number {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  // By their first three bytes: one pass over a file, and few comparisons.
  const isWanted = new Uint8Array(1 << 24);
  const pieces = new Map<number, { of: number; piece: Uint8Array }[]>();
  for (const [of, bytes] of wanted.entries()) {
    const middle = Math.floor((bytes.length - pieceBytes) / 2);
    for (const from of [Math.max(0, middle), Math.max(0, bytes.length - pieceBytes)]) {
      const piece = bytes.subarray(from, from + pieceBytes);
      const prefix = ((piece[0] ?? 0) << 16) | ((piece[1] ?? 0) << 8) | (piece[2] ?? 0);
      isWanted[prefix] = 1;
      pieces.set(prefix, [...(pieces.get(prefix) ?? []), { of, piece }]);
    }
  }
  const found = new Set<number>();
  for (const file of files) {
    let prefix = 0;
    for (let at = 0; at < file.length; at++) {
      prefix = ((prefix << 8) | (file[at] ?? 0)) & 0xffffff;
      if (isWanted[prefix] === 0) continue;
      for (const { of, piece } of pieces.get(prefix) ?? [])
        if (file.subarray(at - 2, at - 2 + piece.length).equals(piece)) found.add(of);
    }
  }
  return found.size;
}
