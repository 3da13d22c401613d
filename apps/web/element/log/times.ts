import type { Texts } from '../texts.js';

function localeOf(texts: Texts): string | undefined {
  return texts.locale || document.documentElement.lang || undefined;
}

function format(at: number, texts: Texts, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(localeOf(texts), options).format(at);
  } catch (_) {
    return new Intl.DateTimeFormat(undefined, options).format(at);
  }
}

/** The local day of a moment, to compare with another's. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

export function timeText(at: number, texts: Texts): string {
  return format(at, texts, { hour: '2-digit', minute: '2-digit' });
}

/** The beginning of the local day that is so many days after that of `at`: days have 23 to 25 hours. */
function dayAfter(at: number, days: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** ms until the next local day begins. */
export function untilTomorrow(now: number): number {
  return dayAfter(now, 1) - now;
}

/** The day of a moment, as it is called `now`. */
export function dayText(at: number, now: number, texts: Texts): string {
  if (dayOf(at) === dayOf(now)) return texts.today;
  if (dayOf(at) === dayOf(dayAfter(now, -1))) return texts.yesterday;
  return format(at, texts, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** A number as the page's language writes it: "1,051". */
export function numberText(n: number, texts: Texts): string {
  try {
    return n.toLocaleString(localeOf(texts));
  } catch (_) {
    return String(n);
  }
}

const UNITS: [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Seconds in the largest unit that says them well: "9 minutes", "90 seconds". What is left of a longer time is rounded up to minutes. */
export function durationText(left: number, texts: Texts): string {
  const seconds = left > 120 ? Math.ceil(left / 60) * 60 : Math.ceil(left);
  const [unit, size] = UNITS.find(([, length]) => seconds >= length * (seconds % length > 0 ? 2 : 1)) || ['second', 1];
  const count = Math.ceil(seconds / size);
  const options: object = { style: 'unit', unit, unitDisplay: 'long' }; // younger than these types, and than some browsers
  try {
    return new Intl.NumberFormat(localeOf(texts), options).format(count);
  } catch (_) {
    return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
}
