// Looks for what must not be seen: texts, names and titles, in everything that the relay stored, logged, was sent and
// sent. Raw, as hex, and as base64url at each of its three alignments.

/** The forms in which a text can lie in bytes. */
export function needlesOf(text: string): readonly Buffer[] {
  const raw = Buffer.from(text);
  const hex = raw.toString('hex');
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64url');
    // The characters at both ends also depend on the neighbours.
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + raw.length) * 8) / 6));
  });
  return [raw, ...[hex, hex.toUpperCase(), ...shifted].map((form) => Buffer.from(form))];
}

/** How many of these texts are found anywhere. */
export function countLeaks(texts: readonly string[], haystacks: readonly Uint8Array[]): number {
  const hay = Buffer.concat(haystacks.flatMap((bytes) => [bytes, Buffer.of(0)]));
  return texts.filter((text) => needlesOf(text).some((needle) => hay.includes(needle))).length;
}
