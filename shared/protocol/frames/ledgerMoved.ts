// Relay → client: a chat's ledger, proven on this socket, has a new head.
import { struct } from '../../codec/codec.ts';
import { chatId, entryHash32 } from '../ids.ts';

export const ledgerMoved = struct({ chat: chatId, head: entryHash32 });
