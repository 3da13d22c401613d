/** Writes numbers and times as people read them. */

/** Shown in the place of what the server cannot know. */
export const AWAY = 'Not known while Redis is away.';

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SMALL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Formats a count, or a rate per second. */
export function count(value: number): string {
  return (value < 10 ? SMALL : NUMBER).format(value);
}

/** Formats a duration. */
export function time(seconds: number): string {
  if (seconds < 1) return `${seconds < 0.01 ? SMALL.format(seconds * 1_000) : NUMBER.format(seconds * 1_000)} ms`;
  return seconds < 100 ? `${SMALL.format(seconds)} s` : `${NUMBER.format(seconds / 60)} min`;
}

/** Formats bytes. A kB is 1,024 bytes, an MB 1,024 kB and a GB 1,024 MB, as in the settings of Redis. */
export function bytes(value: number): string {
  if (value < 1_024 ** 2) return `${count(value / 1_024)} kB`;
  return value < 1_024 ** 3 ? `${count(value / 1_024 ** 2)} MB` : `${SMALL.format(value / 1_024 ** 3)} GB`;
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** Formats a time. It has the day, unless that is today. */
export function moment(at: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString()
    ? clock(at)
    : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock(at)}`;
}

/** Formats the day of a time. */
export function day(at: number): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return 'today';
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Formats the duration of an action, in seconds. */
export function span(seconds: number): string {
  if (seconds % 3_600 !== 0) return `${seconds} s`;
  return seconds === 3_600 ? '1 hour' : seconds === 86_400 ? '1 day' : `${seconds / 3_600} hours`;
}
