// Dates, times, numbers and lists in the person's language. Pure: what is "now" comes in with each call, and days are
// those of the machine's time zone.

const dayMs = 86_400_000;

/** A day of the local calendar, as year-month-day: equal for two times on the same day. */
export function dayKeyOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Whole calendar days from one time back to another, whatever the hours and summer times between them. */
export function daysBetween(earlierMs: number, laterMs: number): number {
  const midnight = (atMs: number) => {
    const date = new Date(atMs);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return Math.round((midnight(laterMs) - midnight(earlierMs)) / dayMs);
}

const daySeconds = 86_400;
/** The largest first, in seconds. */
const spans = [
  ['day', daySeconds],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

const capitalised = (text: string, locale: string) =>
  text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

export interface Formats {
  /** 14:05 */
  time(atMs: number): string;
  /** For a list: 14:05, Yesterday, Tuesday, 3 May, 03/05/2023. */
  short(atMs: number, nowMs: number): string;
  /** For a day's separator: Today, Yesterday, Tuesday, Tuesday 3 May, 3 May 2023. */
  day(atMs: number, nowMs: number): string;
  /** 3 May 2023 */
  date(atMs: number): string;
  /** Everything, for a title or a details panel. */
  full(atMs: number): string;
  number(value: number): string;
  bytes(value: number): string;
  /** 30 seconds, 1 hour, 7 days: in the largest unit that says it whole. */
  span(seconds: number): string;
  /** Ada, Grace and Alan */
  list(items: readonly string[]): string;
}

export function createFormats(locale: string): Formats {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const weekday = format({ weekday: 'long' });
  const dayMonth = format({ day: 'numeric', month: 'short' });
  const weekdayDayMonth = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const dayMonthYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const numeric = format({ day: '2-digit', month: '2-digit', year: 'numeric' });
  const full = format({ dateStyle: 'full', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const numbers = new Intl.NumberFormat(locale);
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

  const isSameYear = (a: number, b: number) => new Date(a).getFullYear() === new Date(b).getFullYear();
  const nearDay = (days: number) => capitalised(relative.format(-days, 'day'), locale);

  return {
    time: (atMs) => time.format(atMs),
    date: (atMs) => dayMonthYear.format(atMs),
    short(atMs, nowMs) {
      const days = daysBetween(atMs, nowMs);
      if (days <= 0) return time.format(atMs);
      if (days === 1) return nearDay(1);
      if (days < 7) return weekday.format(atMs);
      return isSameYear(atMs, nowMs) ? dayMonth.format(atMs) : numeric.format(atMs);
    },
    day(atMs, nowMs) {
      const days = daysBetween(atMs, nowMs);
      if (days === 0 || days === 1) return nearDay(days);
      if (days > 1 && days < 7) return weekday.format(atMs);
      return isSameYear(atMs, nowMs) ? weekdayDayMonth.format(atMs) : dayMonthYear.format(atMs);
    },
    full: (atMs) => full.format(atMs),
    number: (value) => numbers.format(value),
    bytes(value) {
      const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
      const unit = units[step] ?? 'byte';
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
        maximumFractionDigits: step === 0 ? 0 : 1,
      }).format(value / 1000 ** step);
    },
    span(seconds) {
      // A day is said in hours.
      const fits = spans.find(([, each]) => seconds % each === 0 && seconds !== daySeconds);
      const [unit, length] = fits ?? ['hour', 3600];
      const unitFormat = { style: 'unit', unit, unitDisplay: 'long' } as const;
      return new Intl.NumberFormat(locale, unitFormat).format(seconds / length);
    },
    list: (items) => lists.format(items),
  };
}
