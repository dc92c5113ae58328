import { describe, expect, it } from 'vitest';
import { createOpenedRows } from './openedRows.ts';

interface Row {
  readonly text: string;
  readonly edit?: { readonly at: number | undefined } | undefined;
}

describe('rows that were opened lately', () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  const row = (text: string): Row => ({ text });

  it('[X1] are not opened again while their bytes are the same', async () => {
    const rows = createOpenedRows<Row>();
    const first = await rows.take('a', bytes(1, 2), async () => row('one'));
    expect(await rows.take('a', bytes(1, 2), async () => row('two'))).toBe(first);
  });

  it('[X1] are opened again when one byte is another', async () => {
    const rows = createOpenedRows<Row>();
    await rows.take('a', bytes(1, 2), async () => row('one'));
    expect(await rows.take('a', bytes(1, 3), async () => row('two'))).toEqual(row('two'));
    expect(await rows.take('a', bytes(1, 3, 0), async () => row('three'))).toEqual(row('three'));
  });

  it('[X1] are forgotten, the one that nobody took for the longest time first', async () => {
    const rows = createOpenedRows<Row>(2);
    const take = (id: string, text: string) => rows.take(id, bytes(1), async () => row(text));
    await take('a', 'a');
    await take('b', 'b');
    await take('a', 'again');
    await take('c', 'c');
    expect(await take('a', 'again')).toEqual(row('a'));
    expect(await take('b', 'again')).toEqual(row('again'));
  });

  it('[X1] that could not be opened are tried again', async () => {
    const rows = createOpenedRows<Row>();
    expect(await rows.take('a', bytes(1), async () => undefined)).toBeUndefined();
    expect(await rows.take('a', bytes(1), async () => row('one'))).toEqual(row('one'));
  });

  it('[X1] are not opened after they were written, and look as if they had been', async () => {
    const rows = createOpenedRows<Row>();
    rows.keep('a', bytes(1), { text: 'one', edit: undefined });
    expect(await rows.take('a', bytes(1), async () => row('two'))).toStrictEqual(row('one'));
    rows.keep('a', bytes(1), { text: 'one', edit: { at: undefined } });
    expect(await rows.take('a', bytes(1), async () => row('two'))).toStrictEqual({ text: 'one', edit: {} });
    expect(await rows.take('a', bytes(2), async () => row('two'))).toEqual(row('two'));
  });
});
