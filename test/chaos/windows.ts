/** Spans of time, to tell whether something fell into one of them. Times in ms since 1970. */
export interface Window {
  from: number;
  /** Infinity while it lasts. */
  to: number;
}

export function overlaps(windows: readonly Window[], from: number, to: number, grace = 0): boolean {
  return windows.some((window) => window.from <= to && window.to + grace >= from);
}
