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
  const kept = fresh.map((row, index) => {
    const id = idOf(row);
    return keepPart(id === undefined ? old[index] : oldById.get(id), row);
  });
  return kept.length === old.length && kept.every((row, index) => row === old[index]) ? old : kept;
}

function keepPart(old: unknown, fresh: unknown): unknown {
  if (Object.is(old, fresh)) return old;
  if (Array.isArray(old) && Array.isArray(fresh)) return keepRows(old, fresh);
  if (!isRecord(old) || !isRecord(fresh)) return fresh;
  const keys = Object.keys(fresh);
  let isSame = keys.length === Object.keys(old).length;
  const kept: Record<string, unknown> = {};
  for (const key of keys) {
    kept[key] = keepPart(old[key], fresh[key]);
    if (kept[key] !== old[key] || !(key in old)) isSame = false;
  }
  return isSame ? old : kept;
}

export function keepEqual<T>(old: unknown, fresh: T): T {
  // Every part of the answer equals the part of `fresh` in its place.
  return keepPart(old, fresh) as T;
}
