// How far each Yjs client of a document had come at each place of its log, as far back as this run has seen it: by this
// another's snapshot is compared with what it claims to stand for.
import * as Y from 'yjs';

/** Places remembered: more than a snapshot is behind, and a few kilobytes. */
const maxPlaces = 1024;

/** @param pending clients whose last work may not be in the log yet: of them nothing is expected. */
export function createProgress(doc: Y.Doc, atSeq: number, pending: ReadonlySet<number>) {
  const start = new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));
  for (const client of pending) start.delete(client);
  let oldest = { seq: atSeq, clocks: start as ReadonlyMap<number, number> };
  const places: { readonly seq: number; readonly grown: readonly (readonly [number, number])[] }[] = [];
  let last = new Map(start);

  return {
    /** Everything up to here is in the document; `own` is this run's client, of which only so much is in the log. */
    reached(seq: number, own: { readonly client: number; readonly clock: number }) {
      const grown = [...doc.store.clients.keys()].flatMap((client) => {
        const clock = client === own.client ? own.clock : Y.getState(doc.store, client);
        return !pending.has(client) && clock > (last.get(client) ?? 0) ? [[client, clock] as const] : [];
      });
      last = new Map([...last, ...grown]);
      places.push({ seq, grown });
      while (places.length > maxPlaces) {
        const [gone] = places.splice(0, 1);
        if (gone) oldest = { seq: gone.seq, clocks: new Map([...oldest.clocks, ...gone.grown]) };
      }
    },
    /** The least that the document had at this place; undefined where this run can't tell. */
    clocksAt(seq: number): ReadonlyMap<number, number> | undefined {
      if (seq < oldest.seq) return undefined;
      const clocks = new Map(oldest.clocks);
      for (const place of places) {
        if (place.seq > seq) break;
        for (const [client, clock] of place.grown) clocks.set(client, clock);
      }
      return clocks;
    },
  };
}
