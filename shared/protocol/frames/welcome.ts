// Relay → client: the access token was good.
import { struct } from '../../codec/codec.ts';
import { deviceId, userId } from '../ids.ts';

export const welcome = struct({ userId, deviceId });
