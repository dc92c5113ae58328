// SHA-256 as the shared protocol takes it.
import { hash } from 'node:crypto';
import type { Bytes } from '../../shared/codec/bytes.ts';

/** The result is a view on memory of its own. */
export const sha256 = (bytes: Uint8Array): Bytes => hash('sha256', bytes, 'buffer') as Uint8Array as Bytes;
