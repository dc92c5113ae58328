// Relay → client: the capabilities are accepted.
import { struct, varint } from '../../codec/codec.ts';
import { chatId } from '../ids.ts';

export const proven = struct({ chat: chatId, epoch: varint });
