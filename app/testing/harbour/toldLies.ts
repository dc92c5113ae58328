// Which lies of the weather arrived: to whom, and about which document. Only what such a lie explains is excused.

export type ToldLies = ReturnType<typeof createToldLies>;

export function createToldLies() {
  const documentsByName = new Map<string, Set<string>>();
  return {
    add(name: string, documents: Iterable<string>) {
      const known = documentsByName.get(name) ?? new Set();
      for (const document of documents) known.add(document);
      documentsByName.set(name, known);
    },
    /** Whether this person was lied to about any of these documents. */
    were: (name: string, documents: readonly string[]) =>
      documents.some((document) => documentsByName.get(name)?.has(document)),
  };
}
