// What an open document knows of itself: its row and how far it was freed, its current snapshot, the end of its log. All
// of it is durable, but for the bare row of a new document; what is about to be lies with who is about to store it.
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatRow } from '../log/chats.ts';
import type { Log } from '../log/createLog.ts';
import type { StoredDocument } from '../log/documents.ts';
import type { StoredSnapshot } from '../log/snapshots.ts';

export interface DocumentState {
  /** Undefined until something of it is stored. */
  document: StoredDocument | undefined;
  snapshot: StoredSnapshot | undefined;
  /** The end of what is stored. */
  stored: Cursor;
  /** How much there is of it, with what is about to be; undefined until somebody has to know. */
  kept: Kept | undefined;
}
export interface Kept {
  /** Of entries that are not gone, and of snapshots. */
  bytes: number;
  sessions: number;
}

export function loadDocument(log: Log, chat: ChatRow, documentId: DocumentId): DocumentState {
  const document = log.documents.find(chat, documentId);
  return {
    document,
    snapshot: document && log.snapshots.currentOf(document.row),
    stored: document ? log.documents.endOf(document) : startCursor,
    kept: undefined,
  };
}
