// A chat with more in it than is ever drawn: the end is followed while much is written, with few rows in the page.
import { spawn } from 'node:child_process';
import { join as joinPath } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Browser, type Page } from '@playwright/test';
import { join, message, newPage, words } from './people.ts';
import type { RelayProcess } from './relayProcess.ts';
import { test } from './withRelay.ts';

test.describe.configure({ timeout: 180_000 });

const said = 700;

/** Lines that a writer prints: an invitation first. */
async function* writer(relay: RelayProcess): AsyncGenerator<string> {
  const program = joinPath(import.meta.dirname, 'writerProcess.ts');
  const args = [program, relay.origin, relay.administratorLink(), `${said}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    yield* createInterface({ input: child.stdout });
  } finally {
    child.kill();
  }
}

interface Step {
  /** What the rows on the screen say they are, from top to bottom. */
  readonly numbers: readonly number[];
  /** By how much a row that stayed in sight moved beside what was asked for. */
  readonly slipPx: number;
  readonly drawn: number;
}

/** Scrolls by so many pixels, and looks when the list has come to rest. */
const scrollBy = (page: Page, px: number): Promise<Step> =>
  page.getByTestId('timeline').evaluate(async (timeline, by): Promise<Step> => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = () =>
      [...timeline.querySelectorAll('article')]
        .map((row) => ({ key: row.dataset['rowKey'], top: row.getBoundingClientRect().top, row }))
        .toSorted((a, b) => a.top - b.top);
    const { top, bottom } = timeline.getBoundingClientRect();
    const before = new Map(rows().map((row) => [row.key, row.top]));
    const from = timeline.scrollTop;
    timeline.scrollTop += by;
    const moved = timeline.scrollTop - from;
    for (let frames = 0; frames < 6; frames++) await frame();
    const after = rows();
    const stayed = after.find((row) => row.top > top + 100 && before.has(row.key));
    return {
      numbers: after
        .filter((row) => row.top < bottom && row.row.getBoundingClientRect().bottom > top)
        .map(({ row }) => Number(/(\d+): what one says/.exec(row.textContent ?? '')?.[1])),
      slipPx: stayed ? Math.abs((before.get(stayed.key) ?? 0) - moved - stayed.top) : 0,
      drawn: after.length,
    };
  }, px);

/** Everything has been written and has come to Ben, who looked on. */
async function benHasHeardAll(browser: Browser, relay: RelayProcess): Promise<Page> {
  const page = await newPage(browser);
  for await (const line of writer(relay)) {
    if (line.startsWith('http')) await join(page, line, 'Ben');
    else expect(line).toBe('written');
  }
  await expect(message(page, `${said - 1}: what`)).toBeInViewport();
  return page;
}

const jumpToLatest = (page: Page) => page.getByRole('button', { name: words.conversation.jumpToLatest });

test('[U19] who is at the end of a chat into which much is written fast stays there', async ({
  browser,
  relay,
}) => {
  const page = await benHasHeardAll(browser, relay);
  await expect(jumpToLatest(page)).toBeHidden();
  const { numbers, drawn } = await scrollBy(page, 0);
  expect(numbers.at(-1)).toBe(said - 1);
  expect(drawn).toBeLessThan(100);
});
