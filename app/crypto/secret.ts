// The brand of secret bytes: a key for one purpose can't be passed where another is wanted. Nothing here makes or
// prints a secret.
import type { Bytes } from '../../shared/codec/bytes.ts';

declare const secretBrand: unique symbol;
/** Secret bytes of one purpose. */
export type Secret<Name extends string> = Bytes & { readonly [secretBrand]: Name };
