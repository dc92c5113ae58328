// What one message of 300 bytes costs on the wire beyond its record: frame, header, signature, tag and the Yjs update
// around it. Padding is counted on its own: it is there on purpose, and depends on the length.
import * as Y from 'yjs';
import { entryKinds, parseEntry } from '../../../shared/protocol/entry.ts';
import { encodeUp } from '../../../shared/protocol/frames/up.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { noEntryHash, type RecordId, type SessionId } from '../../../shared/protocol/ids.ts';
import { platformRandom } from '../../crypto/random.ts';
import { sealUpdate } from '../../doc/entrySeal.ts';
import { sealRecord } from '../../doc/record.ts';
import { arrayOf, clientOf, takeOwnPieces } from '../../doc/segmentUpdate.ts';
import { createTestChat } from '../testChat.ts';
import { soloFigure, type FigureGroup } from './figure.ts';

const messageBytes = 300;
const signatureBytes = 64;
const tagBytes = 16;

export const entryFigures: FigureGroup = {
  metrics: ['relay.entry_overhead', 'relay.entry_padding'],
  async measure() {
    const chat = await createTestChat(1);
    const context = chat.contextOf(0);
    const session = platformRandom(8) as SessionId;
    const doc = new Y.Doc();
    doc.clientID = clientOf(session);
    const overheads: number[] = [];
    const paddings: number[] = [];
    // The first message of a session names its array; the median is that of a conversation.
    for (let sequence = 1; sequence <= 21; sequence++) {
      const { sealed } = await sealRecord(
        context,
        {
          id: platformRandom(16) as RecordId,
          body: { kind: 'message', text: 'x'.repeat(messageBytes) },
          sequence,
          previous: new Uint8Array(16),
          at: Date.now() * 1024,
          seen: { ...startCursor, seq: sequence },
        },
        platformRandom,
      );
      const before = Y.getState(doc.store, doc.clientID);
      doc.getArray<Uint8Array>(arrayOf(session)).push([sealed.header, sealed.body]);
      const [piece] = takeOwnPieces(Y.encodeStateAsUpdate(doc), session, before, 1 << 20);
      if (!piece) throw new Error('the message made no update');
      const place = { kind: entryKinds.segment, session, sequence, previous: noEntryHash };
      const entry = await sealUpdate(context, chat.document, place, piece.update, platformRandom);
      const frame = encodeUp({ type: 'append', channel: 7, entry });
      const padded = (parseEntry(entry)?.ciphertext.length ?? 0) - tagBytes;
      const padding = padded - signatureBytes - piece.update.length;
      paddings.push(padding);
      overheads.push(frame.length - padding - sealed.header.length - sealed.body.length);
    }
    return [
      soloFigure('relay.entry_overhead', 'bytes', overheads),
      soloFigure('relay.entry_padding', 'bytes', paddings),
    ];
  },
};
