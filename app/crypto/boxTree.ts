// The hash tree over an epoch's boxes, with this side's SHA-256.
import { createBoxTree } from '../../shared/protocol/boxTree.ts';
import { sha256 } from './hash.ts';

export const { rootOf: boxesRoot, pathOf: boxPath, holds: checkBoxPath } = createBoxTree(sha256);
