// npm run bench -- [--json] [--only PREFIX] [--scale 0.02]: measures what has a budget; at a scale below 1 with a part of
// the generated history only, to try the bench itself. With --json one line of JSON for each figure,
// {"metric", "value", "unit", "baseline", "ratio"}; otherwise a table.
import { readOptions, refuse, someOf } from '../commandLine.ts';
import type { Figure, FigureGroup } from './figure.ts';
import { relayMetrics } from './relayMetrics.ts';

const values = readOptions({
  json: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  scale: { type: 'string', default: '1' },
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1)) refuse(`--scale takes a number above 0, up to 1, not "${values.scale}".`);
const wanted = (metric: string) => metric.startsWith(values.only);

/** Loaded when wanted: a group brings what it measures with it. */
const groups: readonly { metrics: readonly string[]; load: () => Promise<FigureGroup> }[] = [
  {
    metrics: relayMetrics,
    load: async () => (await import('./relay.ts')).relayFigures,
  },
  {
    metrics: ['relay.entry_overhead', 'relay.entry_padding'],
    load: async () => (await import('./entry.ts')).entryFigures,
  },
  {
    metrics: ['app.first_paint', 'app.first_paint_requests'],
    load: async () => (await import('./app.ts')).appFigures,
  },
  {
    metrics: ['app.cold_start', 'app.cold_start_growth'],
    load: async () => (await import('./coldStart.ts')).coldStartFigures,
  },
  {
    metrics: ['app.open_chat', 'app.open_chat_growth'],
    load: async () => (await import('./openChat.ts')).openChatFigures,
  },
  {
    metrics: ['app.longest_task_scrolling'],
    load: async () => (await import('./scrolling.ts')).scrollingFigures,
  },
  {
    metrics: ['app.tail_500', 'app.tail_500_longest_task', 'app.catch_up', 'app.catch_up_longest_task'],
    load: async () => (await import('./catchUp.ts')).catchUpFigures,
  },
  {
    metrics: ['app.idle_heap'],
    load: async () => (await import('./idleHeap.ts')).idleHeapFigures,
  },
  {
    metrics: [
      'crypto.seal',
      'crypto.open',
      'crypto.sign',
      'crypto.verify',
      'crypto.box_seal',
      'crypto.box_open',
    ],
    load: async () => (await import('./crypto.ts')).cryptoFigures,
  },
];

function print({ metric, value, unit, baseline, ratio }: Figure) {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ metric, value, unit, baseline, ratio })}\n`);
    return;
  }
  const against = baseline === null ? '' : `baseline ${baseline.toLocaleString('en')}, ratio ${ratio}`;
  process.stdout.write(
    `${metric.padEnd(30)}${value.toLocaleString('en').padStart(12)} ${unit.padEnd(18)}${against}\n`,
  );
}

const begun = someOf(
  groups,
  ({ metrics }) => metrics.some(wanted),
  `--only "${values.only}" begins the name of no figure.`,
);
let missing = 0;
for (const { metrics, load } of begun) {
  const group = await load();
  const measured = new Set<string>();
  for await (const figure of await group.measure(wanted, scale)) {
    if (!wanted(figure.metric)) continue;
    measured.add(figure.metric);
    print(figure);
  }
  for (const metric of metrics) {
    if (!wanted(metric) || measured.has(metric)) continue;
    missing++;
    process.stderr.write(`${metric} was not measured\n`);
  }
}
process.exit(missing > 0 ? 1 : 0);
