// The hash tree over an epoch's key boxes (SPEC K13): leaves and nodes have labels of their own, so neither passes
// for the other, and an odd node moves up unchanged.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { sha256 } from './sha256.ts';

const leafLabel = textToBytes('convo/box-leaf/1');
const nodeLabel = textToBytes('convo/box-node/1');

const leafOf = (box: Uint8Array) => sha256(concatBytes(leafLabel, box));
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(concatBytes(nodeLabel, left, right));

function levelAbove(level: readonly Bytes[]): Bytes[] {
  const above: Bytes[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left) above.push(right ? nodeOf(left, right) : left);
  }
  return above;
}

/** 32 zeros over no boxes. */
export function boxesRootOf(boxes: readonly Uint8Array[]): Bytes {
  let level = boxes.map(leafOf);
  while (level.length > 1) level = levelAbove(level);
  return level[0] ?? new Uint8Array(32);
}

/**
 * Siblings from the leaf up. At level k the sibling stands left if bit k of the index is set, otherwise right; a level
 * on which the node has none, and moves up unchanged, adds nothing.
 */
export function boxPathOf(boxes: readonly Uint8Array[], index: number): Bytes[] {
  const path: Bytes[] = [];
  let level = boxes.map(leafOf);
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling);
    level = levelAbove(level);
  }
  return path;
}

/** Whether `box` is number `index` of the `count` boxes under `root`. */
export function isBoxOf(
  root: Bytes,
  { box, index, count, path }: { box: Bytes; index: number; count: number; path: readonly Bytes[] },
): boolean {
  if (index >= count) return false;
  let hash = leafOf(box);
  let used = 0;
  for (let [at, width] = [index, count]; width > 1; at >>= 1, width = (width + 1) >> 1) {
    if (at === width - 1 && at % 2 === 0) continue;
    const sibling = path[used++];
    if (!sibling) return false;
    hash = at % 2 === 0 ? nodeOf(hash, sibling) : nodeOf(sibling, hash);
  }
  return used === path.length && equalBytes(hash, root);
}
