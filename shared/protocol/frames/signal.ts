// Both ways: presence or typing, sealed; passed to the channel's other readers at most once and never stored.
import { blob, struct, varint } from '../../codec/codec.ts';
import { maxSignalBytes } from '../limits.ts';

export const signal = struct({ channel: varint, sealed: blob(maxSignalBytes) });
