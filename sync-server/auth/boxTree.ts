// The hash tree over an epoch's boxes, with this side's SHA-256.
import { createBoxTree } from '../../shared/protocol/boxTree.ts';
import { sha256 } from './sha256.ts';

export const { rootOf: boxesRootOf, pathOf: boxPathOf, holds: isBoxOf } = createBoxTree(sha256);
