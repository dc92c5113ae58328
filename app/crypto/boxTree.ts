// The hash tree over an epoch's boxes. The chat's ledger names only its root; each member fetches their own box and
// the path to the root. Leaves and nodes have labels of their own, so neither can be passed for the other.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { sha256 } from './hash.ts';

const leafLabel = textToBytes('convo/box-leaf/1');
const nodeLabel = textToBytes('convo/box-node/1');
const rootBytes = 32;

const leafOf = (box: Uint8Array): Bytes => sha256(concatBytes(leafLabel, box));
const nodeOf = (left: Uint8Array, right: Uint8Array): Bytes => sha256(concatBytes(nodeLabel, left, right));

/** The next level up; an odd node at the end rises as it is. */
function levelAbove(level: readonly Bytes[]): Bytes[] {
  const above: Bytes[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left) above.push(right ? nodeOf(left, right) : left);
  }
  return above;
}

/** 32 bytes; zeros where there are no boxes. */
export function boxesRoot(boxes: readonly Uint8Array[]): Bytes {
  let level = boxes.map(leafOf);
  while (level.length > 1) level = levelAbove(level);
  return level[0] ?? new Uint8Array(rootBytes);
}

/** Siblings from the leaf up; a level on which the node rises alone adds none. Throws where there is no such box. */
export function boxPath(boxes: readonly Uint8Array[], index: number): Bytes[] {
  if (!Number.isInteger(index) || index < 0 || index >= boxes.length) throw new RangeError(`no box ${index}`);
  const path: Bytes[] = [];
  let level = boxes.map(leafOf);
  let at = index;
  while (level.length > 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling);
    level = levelAbove(level);
    at >>= 1;
  }
  return path;
}

/** Whether `box` is number `index` of the `count` boxes under `root`. Takes anything from the relay; never throws. */
export function checkBoxPath(
  root: Uint8Array,
  box: Uint8Array,
  index: number,
  count: number,
  path: readonly Uint8Array[],
): boolean {
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 || index >= count) return false;
  let hash = leafOf(box);
  let used = 0;
  for (let [at, width] = [index, count]; width > 1; at = Math.floor(at / 2), width = Math.ceil(width / 2)) {
    if (at === width - 1 && at % 2 === 0) continue;
    const sibling = path[used];
    if (sibling?.length !== rootBytes) return false;
    used += 1;
    hash = at % 2 === 0 ? nodeOf(hash, sibling) : nodeOf(sibling, hash);
  }
  return used === path.length && equalBytes(hash, root);
}
