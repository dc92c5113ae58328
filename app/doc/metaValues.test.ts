import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { holdsValues, type Opens } from './metaValues.ts';

const good = new Uint8Array([1]);
const bad = new Uint8Array([0]);
const opens: Opens = { marks: async ([first]) => (first === 1 ? first : undefined) };
const clocksOf = (doc: Y.Doc) => new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));

/** A document in which these say something, and its state. */
function said(...values: readonly (readonly [string, Uint8Array])[]) {
  const doc = new Y.Doc();
  for (const [key, value] of values) doc.getMap('marks').set(key, value);
  return { doc, state: Y.encodeStateAsUpdate(doc) };
}

test('[D13] a snapshot of a shared document lacks whom the log had by then', async () => {
  const { doc, state } = said(['ada', good], ['ben', good]);
  expect(await holdsValues(doc, clocksOf(doc), state, opens)).toBe(true);
  expect(await holdsValues(doc, clocksOf(doc), said(['ada', good]).state, opens)).toBe(false);
  expect(await holdsValues(doc, clocksOf(doc), said(['ada', good], ['ben', bad]).state, opens)).toBe(false);
  const unsigned = said(['ada', good], ['ben', bad]);
  expect(await holdsValues(unsigned.doc, clocksOf(unsigned.doc), said(['ada', good]).state, opens)).toBe(
    true,
  );
});

test('[D13] but not who said something only since, nor what has been replaced since', async () => {
  const { doc, state } = said(['ada', good]);
  const then = clocksOf(doc);
  doc.getMap('marks').set('ben', good);
  expect(await holdsValues(doc, then, state, opens)).toBe(true);
  doc.getMap('marks').set('ada', good);
  expect(await holdsValues(doc, then, state, opens)).toBe(true);
  expect(await holdsValues(doc, then, said(['ben', good]).state, opens)).toBe(false);
});
