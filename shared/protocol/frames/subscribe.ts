// Client → relay: opens a channel on a document and asks for all that follows the cursor, then for what comes.
import { struct, varint } from '../../codec/codec.ts';
import { chatId, documentId } from '../ids.ts';
import { cursor } from './cursor.ts';

export const subscribe = struct({ channel: varint, chat: chatId, document: documentId, cursor });
