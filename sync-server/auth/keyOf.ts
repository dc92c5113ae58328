// An id as the key of a Map. One character a byte: cheap to make, and never shown.

export const keyOf = (id: Uint8Array): string =>
  Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
