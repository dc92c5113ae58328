// A chat's meta document once everyone has said how far they got and what they are called, as the relay would have sent it.
import * as Y from 'yjs';
import { idToText, type EntryHash, type LogHash, type SessionId } from '../../../shared/protocol/ids.ts';
import { vectorToMark } from '../../chat/receipts.ts';
import { platformRandom as random } from '../../crypto/random.ts';
import { signedMark, signedProfile } from '../../doc/metaEntries.ts';
import { clientOf } from '../../doc/segmentUpdate.ts';
import type { Batch } from '../../storage/batch.ts';
import type { StoredChat, StoredCursor } from '../../storage/models.ts';
import type { BegunChat } from './society.ts';

/** @param chat with everybody's marks in it. */
export async function addMeta(batch: Batch, { people, accesses }: BegunChat, chat: StoredChat) {
  const doc = new Y.Doc();
  const sessions: StoredCursor['sessions'] = {};
  let document = '';
  for (const [index, { context, documents }] of accesses.entries()) {
    const { device } = context.self;
    const key = idToText(device);
    const session = random(8) as SessionId;
    doc.clientID = clientOf(session);
    document = idToText(documents.meta);
    const said = chat.marks[key];
    if (said) {
      const delivered = vectorToMark(said.delivered);
      const read = vectorToMark(said.read);
      const mark = await signedMark.sign(context, { version: 1, device, delivered, read, at: said.at });
      doc.getMap('marks').set(key, mark);
    }
    const name = people[index]?.name ?? '';
    const profile = await signedProfile.sign(context, { version: 1, device, name, at: chat.createdAt });
    doc.getMap('profiles').set(key, profile);
    const clock = Y.getState(doc.store, doc.clientID);
    const hash = idToText(random(16) as EntryHash);
    sessions[idToText(session)] = { sequence: clock, hash, device: key, clock };
  }
  batch.addUpdate(document, Y.encodeStateAsUpdate(doc));
  batch.putCursor(document, {
    seq: people.length * 2,
    hash: idToText(random(16) as LogHash),
    sessions,
  });
  doc.destroy();
}
