import { describe, expect, it } from 'vitest';
import { keepEqual } from './keepEqual.ts';

describe('keepEqual', () => {
  const old = {
    messages: [
      { messageId: 'a', body: { text: 'one' } },
      { messageId: 'b', body: { text: 'two' } },
    ],
  };

  it('gives back the old value when nothing changed', () => {
    expect(keepEqual(old, structuredClone(old))).toBe(old);
  });

  it('keeps the rows of a list that grew at its start', () => {
    const fresh = structuredClone(old);
    fresh.messages.unshift({ messageId: 'z', body: { text: 'zero' } });
    const kept = keepEqual(old, fresh);
    expect(kept).toEqual(fresh);
    expect(kept.messages[1]).toBe(old.messages[0]);
    expect(kept.messages[2]).toBe(old.messages[1]);
  });

  it('takes what changed, and nothing that is gone', () => {
    const fresh = { messages: [{ messageId: 'b', body: { text: 'deux' } }] };
    const kept = keepEqual(old, fresh);
    expect(kept).toEqual(fresh);
    expect(kept.messages[0]).not.toBe(old.messages[1]);
  });

  it('sees a field that came or went', () => {
    expect(keepEqual({ a: undefined }, {})).toEqual({});
    expect(Object.keys(keepEqual({}, { a: undefined }))).toEqual(['a']);
  });
});
