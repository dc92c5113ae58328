// The relay has forgotten a chat, in part or as a whole, or tells another story of it: its documents begin a new life
// from what the relay has now. What they held before stays beside them until the relay has it again (`restoring.ts`).
import { entryKinds } from '../../shared/protocol/entry.ts';
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { openUpdate } from '../doc/entrySeal.ts';
import { lostMeta } from '../doc/lostDocuments.ts';
import { readRecord } from '../doc/record.ts';
import { itemsOfState } from '../doc/segmentState.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { misheardFaults } from './setAsideEntries.ts';

export interface RepairDeps {
  readonly storage: Storage;
  readonly context: ChatContext;
  readonly documents: { readonly segment: (n: number) => DocumentId; readonly meta: DocumentId };
}

/** One transaction; the chat's documents are closed, and open anew from the row that it returns. */
export async function beginRepair(deps: RepairDeps, chat: StoredChat): Promise<StoredChat> {
  const { storage, context, documents } = deps;
  const place = chat.segments ?? { open: 0, unsealed: 0 };
  const generation = place.generation ?? 0;
  const batch = storage.batch();
  for (let n = place.unsealed; n <= place.open; n++) {
    const id = documents.segment(n);
    const document = idToText(id);
    for (const row of await storage.pending(document)) {
      batch.deletePending(document, row.session, row.sequence);
      // Sealed for a session that the relay knows no more: its records go again in the next one.
      const opened = await openUpdate(context, id, entryKinds.segment, row.entry);
      for (const { header, body } of opened.ok ? itemsOfState(opened.value.update) : []) {
        const record = readRecord(context, header);
        if (!record || !body) continue;
        const copy = { header: new Uint8Array(header), body: new Uint8Array(body) };
        batch.addOutbox({ id: idToText(record.header.id), document, ...copy });
      }
    }
  }
  const meta = idToText(documents.meta);
  for (const row of await storage.pending(meta)) batch.deletePending(meta, row.session, row.sequence);
  batch.moveUpdates(meta, (await storage.updates(meta)).updates, lostMeta(documents.meta));
  const { trouble, misheardAt: _at, hasMoreKeys: _keys, ...kept } = chat;
  for (const fault of misheardFaults) batch.deleteSetAside(chat.id, fault);
  const next: StoredChat = {
    ...kept,
    ...(trouble && trouble !== 'gap' ? { trouble } : {}),
    segments: {
      ...place,
      generation: generation + 1,
      lost: [...(place.lost ?? []), { generation, from: place.unsealed, to: place.open }],
      unchecked: place.unsealed,
      looked: place.unsealed,
    },
  };
  await batch.putChat(next).commit();
  return next;
}
