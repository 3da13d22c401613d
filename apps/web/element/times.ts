import type { Locale, Texts } from './texts.js';

/** Returns the locale of dates and numbers. */
export function localeOf(texts: Locale): string | undefined {
  return texts.locale || document.documentElement.lang || undefined;
}

function format(at: number, texts: Texts, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(localeOf(texts), options).format(at);
  } catch (_) {
    return new Intl.DateTimeFormat(undefined, options).format(at);
  }
}

/** Returns the local day of a moment, to compare it with another. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** Returns a time as people of the language write it: "7:05 PM", "07:05". */
export function timeText(at: number, texts: Texts): string {
  const options: object = { timeStyle: 'short' }; // newer than these types
  return format(at, texts, options);
}

/**
 * Returns the beginning of the local day that is `days` days after `at`, in ms since 1970: a day has 23 to 25 hours.
 */
function dayAfter(at: number, days: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** Returns the ms until the next local day begins. */
export function untilTomorrow(now: number): number {
  return dayAfter(now, 1) - now;
}

/** Returns the name of a moment's day, such as "Yesterday". */
export function dayText(at: number, now: number, texts: Texts): string {
  if (dayOf(at) === dayOf(now)) return texts.today;
  if (dayOf(at) === dayOf(dayAfter(now, -1))) return texts.yesterday;
  return dateText(at, texts);
}

/** Returns the day of a moment in full, such as "Sunday, November 29, 2026". */
export function dateText(at: number, texts: Texts): string {
  return format(at, texts, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** Returns the day of a moment in short, such as "Nov 29, 2026". */
export function shortDateText(at: number, texts: Texts): string {
  return format(at, texts, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Returns a number as the page's language writes it: "1,051". */
export function numberText(n: number, texts: Locale): string {
  try {
    return n.toLocaleString(localeOf(texts));
  } catch (_) {
    return String(n);
  }
}

/** Units of time in seconds. */
const UNITS_S: [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Returns seconds in the largest unit that fits: "9 minutes", "90 seconds". Rounds more than 120 s up to minutes. */
export function durationText(duration: number, texts: Texts): string {
  const seconds = duration > 120 ? Math.ceil(duration / 60) * 60 : Math.ceil(duration);
  const [unit, size] = UNITS_S.find(([, s]) => seconds >= s * (seconds % s > 0 ? 2 : 1)) || ['second', 1];
  const count = Math.ceil(seconds / size);
  const options: object = { style: 'unit', unit, unitDisplay: 'long' }; // newer than these types and than some browsers
  try {
    return new Intl.NumberFormat(localeOf(texts), options).format(count);
  } catch (_) {
    return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
}
