// What lies readable in the relay's database for somebody who holds a member's keys: the bodies of all records, in entries
// and in snapshots, also in those that it serves to nobody any more.
import { join } from 'node:path';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { equalBytes } from '../../../shared/codec/bytes.ts';
import { openForReading } from '../../../sync-server/log/openForReading.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { parseBody } from '../../doc/bodies.ts';
import { openUpdate } from '../../doc/entrySeal.ts';
import { openBody, readRecord } from '../../doc/record.ts';
import { itemsOfState } from '../../doc/segmentState.ts';
import { openSnapshot } from '../../doc/snapshot.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

/** Texts of messages and edits of the group. */
export async function textsAtRelay(harbour: Harbour, member: Member): Promise<readonly string[]> {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  const { context, documents } = openChatAccess(chat, identity);
  const reading = openForReading(join(harbour.relay.backup().folder, 'relay.db'));
  if (!reading.ok) throw new Error(`the relay's database: ${reading.error}`);
  const stored = reading.value.documents().map(({ documentId, snapshots, entries }) => ({
    documentId,
    snapshots: snapshots(),
    entries: [...entries()],
  }));
  reading.value.close();
  const texts: string[] = [];
  for (let n = 0; n <= (chat.segments?.open ?? 0); n++) {
    const id = documents.segment(n);
    const kept = stored.find(({ documentId }) => equalBytes(documentId, id));
    const opened = await Promise.all([
      ...(kept?.entries ?? []).map(({ bytes }) => openUpdate(context, id, entryKinds.segment, bytes)),
      ...(kept?.snapshots ?? []).map(({ bytes }) =>
        openSnapshot(context, id, entryKinds.segmentSnapshot, bytes),
      ),
    ]);
    for (const state of opened) {
      for (const { header, body } of state.ok ? itemsOfState(state.value.update) : []) {
        const record = readRecord(context, header);
        const bytes = record && openBody(context, record.header, body);
        const said = bytes && parseBody(record.header.kind, bytes);
        if (said?.kind === 'message' || said?.kind === 'fleeting' || said?.kind === 'edit')
          texts.push(said.text);
      }
    }
  }
  return texts;
}
