// Client → relay: shows the capabilities of a chat's current epoch, once per socket. An empty proof claims no such right.
import { blob, struct, varint } from '../../codec/codec.ts';
import { chatId } from '../ids.ts';

export const prove = struct({ chat: chatId, epoch: varint, readProof: blob(64), postProof: blob(64) });
