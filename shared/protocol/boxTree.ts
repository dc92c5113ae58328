// The hash tree over an epoch's key boxes (SPEC K13). The chat's ledger names only its root; each member fetches their own
// box and the path to the root. Leaves and nodes have labels of their own, so neither can be passed for the other.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../codec/bytes.ts';
import type { Sha256 } from './entry.ts';

const leafLabel = textToBytes('convo/box-leaf/1');
const nodeLabel = textToBytes('convo/box-node/1');
const hashBytes = 32;

/** A box, its number among the `count` of its epoch, and the siblings on its way to the root. */
export interface PlacedBox {
  readonly box: Uint8Array;
  readonly index: number;
  readonly count: number;
  readonly path: readonly Uint8Array[];
}

export function createBoxTree(sha256: Sha256) {
  const leafOf = (box: Uint8Array) => sha256(concatBytes(leafLabel, box)) as Bytes;
  const nodeOf = (left: Uint8Array, right: Uint8Array) =>
    sha256(concatBytes(nodeLabel, left, right)) as Bytes;

  /** The next level up; an odd node at the end rises as it is. */
  function levelAbove(level: readonly Bytes[]): Bytes[] {
    const above: Bytes[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]];
      if (left) above.push(right ? nodeOf(left, right) : left);
    }
    return above;
  }

  return {
    /** 32 bytes; zeros where there are no boxes. */
    rootOf(boxes: readonly Uint8Array[]): Bytes {
      let level = boxes.map(leafOf);
      while (level.length > 1) level = levelAbove(level);
      return level[0] ?? new Uint8Array(hashBytes);
    },
    /** Siblings from the leaf up; a level on which the node rises alone adds none. Throws where there is no such box. */
    pathOf(boxes: readonly Uint8Array[], index: number): Bytes[] {
      if (!Number.isInteger(index) || index < 0 || index >= boxes.length) {
        throw new RangeError(`no box ${index}`);
      }
      const path: Bytes[] = [];
      let level = boxes.map(leafOf);
      for (let at = index; level.length > 1; at >>= 1) {
        const sibling = level[at ^ 1];
        if (sibling) path.push(sibling);
        level = levelAbove(level);
      }
      return path;
    },
    /** Whether the box stands in its place under `root`. Takes anything; never throws. */
    holds(root: Uint8Array, { box, index, count, path }: PlacedBox): boolean {
      if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 || index >= count) return false;
      let hash = leafOf(box);
      let used = 0;
      for (
        let [at, width] = [index, count];
        width > 1;
        at = Math.floor(at / 2), width = Math.ceil(width / 2)
      ) {
        if (at === width - 1 && at % 2 === 0) continue;
        const sibling = path[used++];
        if (sibling?.length !== hashBytes) return false;
        hash = at % 2 === 0 ? nodeOf(hash, sibling) : nodeOf(sibling, hash);
      }
      return used === path.length && equalBytes(hash, root);
    },
  };
}
