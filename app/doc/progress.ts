// How far each Yjs client had come at each place of a document's log, as far back as this run has seen it: by this
// another's snapshot is compared with what it claims to stand for.

/** Places remembered: more than a snapshot is behind, and a few kilobytes. */
const maxPlaces = 1024;
type Clocks = ReadonlyMap<number, number>;

/** @param clocks what the log had of each client at `seq`. */
export function createProgress(seq: number, clocks: Clocks) {
  let oldest = { seq, clocks };
  let last = clocks;
  const places: { readonly seq: number; readonly grown: readonly (readonly [number, number])[] }[] = [];

  return {
    /** The log had this much of each client at this place. */
    reached(at: number, now: Clocks) {
      places.push({ seq: at, grown: [...now].filter(([client, clock]) => clock > (last.get(client) ?? 0)) });
      last = now;
      while (places.length > maxPlaces) {
        const [gone] = places.splice(0, 1);
        if (gone) oldest = { seq: gone.seq, clocks: new Map([...oldest.clocks, ...gone.grown]) };
      }
    },
    /** The least that the log had there; undefined where this run can't tell. */
    clocksAt(at: number): Clocks | undefined {
      if (at < oldest.seq) return undefined;
      const found = new Map(oldest.clocks);
      for (const place of places) {
        if (place.seq > at) break;
        for (const [client, clock] of place.grown) found.set(client, clock);
      }
      return found;
    },
  };
}
