import { describe, expect, it } from 'vitest';
import { createOpenedRows } from './openedRows.ts';

describe('rows that were opened lately', () => {
  const bytes = (...values: number[]) => new Uint8Array(values);

  it('[X1] are not opened again while their bytes are the same', async () => {
    const rows = createOpenedRows<string>();
    const first = await rows.take('a', bytes(1, 2), async () => 'one');
    expect(await rows.take('a', bytes(1, 2), async () => 'two')).toBe(first);
  });

  it('[X1] are opened again when one byte is another', async () => {
    const rows = createOpenedRows<string>();
    await rows.take('a', bytes(1, 2), async () => 'one');
    expect(await rows.take('a', bytes(1, 3), async () => 'two')).toBe('two');
    expect(await rows.take('a', bytes(1, 3, 0), async () => 'three')).toBe('three');
  });

  it('[X1] are forgotten, the one that nobody took for the longest time first', async () => {
    const rows = createOpenedRows<string>(2);
    const take = (id: string, text: string) => rows.take(id, bytes(1), async () => text);
    await take('a', 'a');
    await take('b', 'b');
    await take('a', 'again');
    await take('c', 'c');
    expect(await take('a', 'again')).toBe('a');
    expect(await take('b', 'again')).toBe('again');
  });

  it('[X1] that could not be opened are tried again', async () => {
    const rows = createOpenedRows<string>();
    expect(await rows.take('a', bytes(1), async () => undefined)).toBeUndefined();
    expect(await rows.take('a', bytes(1), async () => 'one')).toBe('one');
  });
});
