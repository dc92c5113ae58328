// A fresh copy of plain data, with every part that equals the old one replaced by the old one itself. Rows are matched
// by their id, so a list that grew at its start keeps all of its rows.

const idNames = ['messageId', 'eventId', 'chatId', 'userId'] as const;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function idOf(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  for (const name of idNames) {
    const id = value[name];
    if (typeof id === 'string') return id;
  }
  return undefined;
}

function keepRows(old: readonly unknown[], fresh: readonly unknown[]): readonly unknown[] {
  const oldById = new Map<string, unknown>();
  for (const row of old) {
    const id = idOf(row);
    if (id !== undefined) oldById.set(id, row);
  }
  return fresh.map((row, index) => {
    const id = idOf(row);
    return keepPart(id === undefined ? old[index] : oldById.get(id), row);
  });
}

/** Compares without making anything: most of what arrives is as it was, and what is made must be collected again. */
function isEqual(old: unknown, fresh: unknown): boolean {
  if (Object.is(old, fresh)) return true;
  if (Array.isArray(old) && Array.isArray(fresh)) {
    return old.length === fresh.length && old.every((part, index) => isEqual(part, fresh[index]));
  }
  if (!isRecord(old) || !isRecord(fresh)) return false;
  const keys = Object.keys(fresh);
  return (
    keys.length === Object.keys(old).length &&
    keys.every((key) => key in old && isEqual(old[key], fresh[key]))
  );
}

function keepPart(old: unknown, fresh: unknown): unknown {
  if (isEqual(old, fresh)) return old;
  if (Array.isArray(old) && Array.isArray(fresh)) return keepRows(old, fresh);
  if (!isRecord(old) || !isRecord(fresh)) return fresh;
  return Object.fromEntries(Object.entries(fresh).map(([key, part]) => [key, keepPart(old[key], part)]));
}

export function keepEqual<T>(old: unknown, fresh: T): T {
  // Every part of the answer equals the part of `fresh` in its place.
  return keepPart(old, fresh) as T;
}
