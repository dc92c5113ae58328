// Sets of whole numbers that mostly come in runs, as a chat's row keeps them: what came of an author's records ahead of a gap
// is one run for each gap, also where it is half a million records.

/** A number alone, or the first and the last of a run. */
export type Spans = readonly (number | readonly [first: number, last: number])[];

const firstOf = (span: Spans[number]): number => (typeof span === 'number' ? span : span[0]);
const lastOf = (span: Spans[number]): number => (typeof span === 'number' ? span : span[1]);

export const hasNumber = (spans: Spans, n: number): boolean =>
  spans.some((span) => firstOf(span) <= n && n <= lastOf(span));

/** The same numbers and this one, in ascending order, each run whole. */
export function withNumber(spans: Spans, n: number): Spans {
  const joined: [number, number][] = [];
  for (const span of [...spans, n].toSorted((a, b) => firstOf(a) - firstOf(b))) {
    const before = joined.at(-1);
    if (before && firstOf(span) <= before[1] + 1) before[1] = Math.max(before[1], lastOf(span));
    else joined.push([firstOf(span), lastOf(span)]);
  }
  return joined.map(([first, last]) => (first === last ? first : [first, last]));
}

/** Without the run that follows `n` at once, and its last number; where there is none, `n`. */
export function takeRunAfter(spans: Spans, n: number): { readonly spans: Spans; readonly last: number } {
  let last = n;
  // Older versions kept numbers one by one, in the order in which they came.
  for (const span of spans.toSorted((a, b) => firstOf(a) - firstOf(b)))
    if (firstOf(span) === last + 1) last = lastOf(span);
  return { spans: spans.filter((span) => lastOf(span) > last), last };
}
