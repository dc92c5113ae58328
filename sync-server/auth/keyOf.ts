// An id as the key of a Map. One character a byte: cheap to make, and never shown.

export const keyOf = (id: Uint8Array): string =>
  Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');

/** The id again. What each idle socket holds is kept as a key: as an array of its own, it would take six times as much. */
export const idOf = <T extends Uint8Array>(key: string): T =>
  new Uint8Array(Buffer.from(key, 'latin1')) as Uint8Array as T;
