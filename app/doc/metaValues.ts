// Whether a snapshot of a shared document says something of everyone of whom the log did. Its values are signed by whom they
// are about: which of two is newer is no matter here, but that there is a good one.
import * as Y from 'yjs';

type Clocks = ReadonlyMap<number, number>;
/** By map: what a value says, undefined where it isn't signed by whom it is about. */
export type Opens = Readonly<Record<string, (bytes: Uint8Array) => Promise<unknown>>>;

/** @param clocks what the log had of each client where the snapshot was made; what was said since can't be missing in it. */
export async function holdsValues(
  doc: Y.Doc,
  clocks: Clocks,
  state: Uint8Array,
  opens: Opens,
): Promise<boolean> {
  const other = new Y.Doc();
  Y.applyUpdate(other, state);
  const isGood = async (value: unknown, open: Opens[string]) =>
    value instanceof Uint8Array && (await open(value)) !== undefined;
  try {
    for (const [name, open] of Object.entries(opens)) {
      const [here, there] = [doc.getMap(name), other.getMap(name)];
      for (const [key, newest] of here._map) {
        if (!wasThere(newest, clocks) || (await isGood(there.get(key), open))) continue;
        if (await isGood(here.get(key), open)) return false;
      }
    }
    return true;
  } finally {
    other.destroy();
  }
}

/** Whether a key had any value then: what was replaced stands to the left of what replaced it. */
function wasThere(newest: Y.Item, clocks: Clocks): boolean {
  for (let item: Y.Item | null = newest; item; item = item.left) {
    if (item.id.clock < (clocks.get(item.id.client) ?? 0)) return true;
  }
  return false;
}
