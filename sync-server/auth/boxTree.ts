// The hash tree over an epoch's key boxes (SPEC K13): leaves and nodes have labels of their own, so neither passes
// for the other, and an odd node moves up unchanged.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
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
