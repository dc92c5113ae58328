// A measured number, alone or against a baseline that did the same work in the same run.

export interface Figure {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  /** Median of the rounds' ratios, ours to the baseline's. */
  readonly ratio: number | null;
}
/** Figures that are measured together; `prefixes` are the metrics that it can give. */
export interface FigureGroup {
  readonly metrics: readonly string[];
  /**
   * All at the end, or each as soon as it is measured.
   * @param scale 1, or less to try the bench itself on less data.
   */
  measure(
    wanted: (metric: string) => boolean,
    scale: number,
  ): Promise<readonly Figure[]> | AsyncIterable<Figure>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

export const soloFigure = (metric: string, unit: string, values: readonly number[]): Figure => ({
  metric,
  value: rounded(median(values)),
  unit,
  baseline: null,
  ratio: null,
});

/** Rounds in pairs, so that a machine that slows down slows both. */
export const pairedFigure = (
  metric: string,
  unit: string,
  rounds: readonly { readonly ours: number; readonly baseline: number }[],
): Figure => ({
  metric,
  value: rounded(median(rounds.map(({ ours }) => ours))),
  unit,
  baseline: rounded(median(rounds.map(({ baseline }) => baseline))),
  ratio: rounded(median(rounds.map(({ ours, baseline }) => ours / baseline))),
});

/** How many times more something costs when there is more of it; 1 is what it should be. */
export const growthFigure = (metric: string, times: number): Figure => ({
  metric,
  value: rounded(times),
  unit: 'times',
  baseline: 1,
  ratio: rounded(times),
});
