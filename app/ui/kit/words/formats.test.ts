import { describe, expect, it } from 'vitest';
import { createFormats, dayKeyOf, daysBetween } from './formats.ts';
import { createPlural } from './plural.ts';

const at = (year: number, month: number, day: number, hour = 12, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime();

describe('days', () => {
  it('counts calendar days, not spans of 24 hours', () => {
    expect(daysBetween(at(2026, 5, 1, 23, 59), at(2026, 5, 2, 0, 1))).toBe(1);
    expect(daysBetween(at(2026, 5, 1, 0, 1), at(2026, 5, 1, 23, 59))).toBe(0);
    expect(daysBetween(at(2026, 3, 28), at(2026, 3, 30))).toBe(2);
  });

  it('gives one key to all times of a day', () => {
    expect(dayKeyOf(at(2026, 5, 1, 0, 0))).toBe(dayKeyOf(at(2026, 5, 1, 23, 59)));
    expect(dayKeyOf(at(2026, 5, 1))).not.toBe(dayKeyOf(at(2026, 5, 2)));
  });
});

describe('formats', () => {
  const formats = createFormats('en-GB');
  const now = at(2026, 5, 20, 18);

  it('shortens a time by how long ago it is', () => {
    expect(formats.short(at(2026, 5, 20, 9, 5), now)).toBe('09:05');
    expect(formats.short(at(2026, 5, 19, 23, 59), now)).toBe('Yesterday');
    expect(formats.short(at(2026, 5, 15), now)).toBe('Friday');
    expect(formats.short(at(2026, 5, 3), now)).toBe('3 May');
    expect(formats.short(at(2023, 5, 3), now)).toBe('03/05/2023');
  });

  it('shows the time for a clock that runs ahead', () => {
    expect(formats.short(at(2026, 5, 21, 7, 0), now)).toBe('07:00');
    expect(formats.day(at(2026, 5, 21), now)).toBe('Thursday 21 May');
  });

  it('names a day', () => {
    expect(formats.day(now, now)).toBe('Today');
    expect(formats.day(at(2026, 5, 19), now)).toBe('Yesterday');
    expect(formats.day(at(2026, 5, 15), now)).toBe('Friday');
    expect(formats.day(at(2026, 1, 2), now)).toBe('Friday 2 January');
    expect(formats.day(at(2025, 1, 2), now)).toBe('2 January 2025');
  });

  it('says a span in the largest unit that says it whole', () => {
    expect([30, 60, 600, 3600, 86_400, 7 * 86_400, 90_000].map((seconds) => formats.span(seconds))).toEqual([
      '30 seconds',
      '1 minute',
      '10 minutes',
      '1 hour',
      '24 hours',
      '7 days',
      '25 hours',
    ]);
  });

  it('gives sizes in a unit that reads well', () => {
    expect(formats.bytes(512)).toBe('512 byte');
    expect(formats.bytes(2_400_000)).toBe('2.4 MB');
    expect(formats.bytes(0)).toBe('0 byte');
  });
});

describe('plurals', () => {
  it('follow the language', () => {
    const en = createPlural('en');
    expect(en(1, { one: '# message', other: '# messages' })).toBe('1 message');
    expect(en(1200, { one: '# message', other: '# messages' })).toBe('1,200 messages');
    expect(createPlural('ar')(2, { two: 'dual', other: 'many' })).toBe('dual');
  });
});
