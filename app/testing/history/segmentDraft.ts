// One segment of a chat as its people wrote it: a Yjs document of sealed records, a session for each device that wrote.
// Full, it becomes a sealed snapshot; otherwise it lies on the disk as an open one, entry by entry.
import * as Y from 'yjs';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import type { Cursor } from '../../../shared/protocol/frames/cursor.ts';
import {
  idToText,
  type DocumentId,
  type EntryHash,
  type LogHash,
  type SessionId,
} from '../../../shared/protocol/ids.ts';
import { platformRandom as random } from '../../crypto/random.ts';
import type { ChatContext } from '../../doc/chatContext.ts';
import { documentLimits } from '../../doc/documentLimits.ts';
import { segmentDatabase } from '../../doc/lostDocuments.ts';
import type { SealedRecord } from '../../doc/record.ts';
import { openSegmentDisk } from '../../doc/segmentDisk.ts';
import { encodeSegmentState } from '../../doc/segmentState.ts';
import { arrayOf, clientOf } from '../../doc/segmentUpdate.ts';
import { sealSnapshot } from '../../doc/snapshot.ts';
import type { StoredCursor } from '../../storage/models.ts';
import type { Storage } from '../../storage/storage.ts';

export type SegmentDraft = Awaited<ReturnType<typeof createSegmentDraft>>;

/** @param isKept it will be full, and never lies on the disk as an open one. */
export async function createSegmentDraft(storage: Storage, id: DocumentId, isKept: boolean) {
  const doc = new Y.Doc({ gc: true });
  const persistence = isKept ? undefined : openSegmentDisk(segmentDatabase(storage, id, 0), doc);
  await persistence?.whenLoaded;
  const sessions = new Map<string, { readonly id: SessionId; records: number }>();
  let records = 0;
  let bytes = 0;
  /** The log itself is never read again: its hash needs to be one, not that one. */
  const cursor = (): Cursor => ({ seq: records, hash: random(16) as LogHash });
  const stateClocks = () => new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));

  return {
    cursor,
    isFull: () => records >= documentLimits.fullRecords || bytes >= documentLimits.fullBytes,
    add(device: string, { header, body }: SealedRecord) {
      const session = sessions.get(device) ?? { id: random(8) as SessionId, records: 0 };
      sessions.set(device, session);
      doc.clientID = clientOf(session.id);
      doc.transact(() => doc.getArray<Uint8Array>(arrayOf(session.id)).push([header, body]));
      session.records++;
      records++;
      bytes += header.length + body.length;
    },
    /** Its last snapshot, by this device. */
    async seal(context: ChatContext) {
      const lines = [...sessions.values()].map(({ id: session, records: sequence }) => ({
        session,
        sequence,
        hash: random(16) as EntryHash,
      }));
      const state = {
        session: random(8) as SessionId,
        cursor: cursor(),
        sessions: lines,
        update: encodeSegmentState(doc, stateClocks()),
      };
      const snapshot = await sealSnapshot(context, id, entryKinds.segmentSnapshot, state, random);
      doc.destroy();
      return snapshot;
    },
    /** Resolves when all of it is on the disk. */
    async keepOpen() {
      const { seq, hash } = cursor();
      const stored: StoredCursor = {
        seq,
        hash: idToText(hash),
        sessions: Object.fromEntries(
          [...sessions].map(([device, session]) => [
            idToText(session.id),
            {
              sequence: session.records,
              hash: idToText(random(16) as EntryHash),
              device,
              clock: session.records * 2,
            },
          ]),
        ),
      };
      await persistence?.saveCursor(stored, []);
      await persistence?.close();
      doc.destroy();
    },
  };
}
