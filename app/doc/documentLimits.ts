// How large a document's parts grow. The harbour makes them small, so that a short voyage meets every boundary.

export interface DocumentLimits {
  /** A segment is full at either (DESIGN 1): what opens and verifies in a moment, and travels in a second. */
  readonly fullRecords: number;
  readonly fullBytes: number;
  /** A snapshot is due after so much of the log (DESIGN 27): reading it beats reading that many entries. */
  readonly dueEntries: number;
  readonly dueBytes: number;
}

export const documentLimits: DocumentLimits = {
  fullRecords: 1000,
  fullBytes: 512 * 1024,
  dueEntries: 300,
  dueBytes: 128 * 1024,
};
