// Relay → client, first on every socket: what capability proofs on it must sign.
import { struct, varint } from '../../codec/codec.ts';
import { challenge } from '../ids.ts';

export const challengeFrame = struct({ version: varint, challenge });
