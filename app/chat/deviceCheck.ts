// What this device holds, gone through once because somebody asked: every row is opened, every kept segment too. Counts
// only; it repairs nothing and asks the relay for nothing.
import { entryKinds } from '../../shared/protocol/entry.ts';
import { openSnapshot } from '../doc/snapshot.ts';
import type { DeviceCheck } from './commands.ts';
import type { Engine } from './engine.ts';

export async function checkDevice(engine: Engine): Promise<DeviceCheck> {
  const { storage } = engine;
  const rows = await storage.checkRows();
  const chats = await storage.chats();
  let openable = 0;
  for (const { id } of chats) {
    const access = engine.member()?.rooms.seat(id)?.access;
    if (!access) continue;
    // One at a time: each is up to half a megabyte.
    for (const n of await storage.segmentNumbers(id)) {
      const row = await storage.segment(id, n);
      const document = access.documents.segment(n);
      const opened =
        row && (await openSnapshot(access.context, document, entryKinds.segmentSnapshot, row.snapshot));
      if (opened?.ok) openable += 1;
    }
  }
  const chains = chats.flatMap((chat) => Object.values(chat.chains));
  return {
    chats: chats.length,
    messages: rows.messages,
    unreadableRows: rows.unreadable,
    keptSegments: await storage.segmentCount(),
    openableSegments: openable,
    gaps: chains.filter((chain) => chain.ahead.length > 0).length,
    waiting: await storage.waitingCount(),
  };
}
