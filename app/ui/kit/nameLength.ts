// How long a person's name may be. A field never cuts it: the screen says so instead.

/** The limit of the protocol, in bytes of UTF-8. */
const maxNameBytes = 256;

export const isNameTooLong = (name: string): boolean =>
  new TextEncoder().encode(name.trim()).length > maxNameBytes;
