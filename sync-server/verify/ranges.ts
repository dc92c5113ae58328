// Numbers that follow one another, said in one line: damage seldom comes alone.

export function createRanges(say: (range: string) => void) {
  let range: { readonly from: number; readonly to: number } | undefined;
  function end() {
    if (range) say(range.from === range.to ? `${range.from}` : `${range.from} to ${range.to}`);
    range = undefined;
  }
  function addAll(from: number, to: number) {
    if (range && range.to + 1 !== from) end();
    range = { from: range?.from ?? from, to };
  }
  return { add: (number: number) => addAll(number, number), addAll, end };
}
