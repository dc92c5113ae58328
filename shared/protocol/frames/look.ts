// Client → relay: what is there of a document, without following it.
import { struct, varint } from '../../codec/codec.ts';
import { chatId, documentId } from '../ids.ts';

export const look = struct({ request: varint, chat: chatId, document: documentId });
