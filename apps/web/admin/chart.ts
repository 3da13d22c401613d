/** One chart: lines over the last minutes, with their values now or at the moment that the pointer shows. */
import type { Sample } from '../../../shared/protocol/admin.js';
import { make, makeSvg, setText } from './dom.js';
import { clock } from './format.js';

const WIDTH_PX = 300;
const HEIGHT_PX = 72;
/** A chart shows at least this time. The page keeps more. */
const SPAN_MIN_MS = 5 * 60_000;
/** A line does not join samples that are further apart, because samples between them are missing. */
const GAP_MAX_MS = 7_000;

export interface Line {
  /** Empty if the chart has only one line. */
  name: string;
  value: (sample: Sample) => number | null;
}

export interface ChartOptions {
  title: string;
  format: (value: number) => string;
  lines: Line[];
  /** Returns the text beside the values. */
  note?: (sample: Sample) => string;
  /** The chart reaches at least up to this value. */
  topMin: number;
}

export class Chart {
  readonly element: HTMLElement;
  private readonly figures: HTMLElement[] = [];
  private readonly paths: SVGPathElement[] = [];
  private readonly area = makeSvg('path', { class: 'area' });
  private readonly cursor = makeSvg('line', { class: 'cursor', y1: '0', y2: String(HEIGHT_PX), visibility: 'hidden' });
  private readonly svg = makeSvg('svg', {
    viewBox: `0 0 ${WIDTH_PX} ${HEIGHT_PX}`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
  private readonly note = make('p', 'note');
  private readonly top = make('span', 'top');
  private readonly from = make('span');
  private readonly at = make('span', '', 'now');
  private samples: Sample[] = [];
  private current = true;
  private pointed: number | null = null;

  constructor(private readonly options: ChartOptions) {
    const figures = make('dl', 'figures');
    for (const [i, { name: line }] of options.lines.entries()) {
      const figure = make('dd', `figure f${i}`);
      this.figures.push(figure);
      figures.append(make('div', '', make('dt', line ? `key k${i}` : 'hidden', line || options.title), figure));
      this.paths.push(makeSvg('path', { class: `line l${i}` }));
    }
    this.svg.append(...(options.lines.length === 1 ? [this.area] : []), ...this.paths, this.cursor);
    const plot = make('div', 'plot', this.top);
    plot.append(this.svg);
    this.element = make(
      'article',
      'chart',
      make('h3', '', options.title),
      figures,
      this.note,
      plot,
      make('p', 'axis', this.from, this.at),
    );
    this.element.setAttribute('aria-label', options.title);
    this.svg.addEventListener('pointermove', ({ clientX }) => this.point(clientX));
    this.svg.addEventListener('pointerleave', () => {
      this.pointed = null;
      this.say();
    });
  }

  /** Draws the samples, oldest first. `current`: the last one is recent. */
  show(samples: Sample[], current: boolean): void {
    this.samples = samples;
    this.current = current;
    const { from, to } = this.span();
    const values = this.options.lines.map(({ value }) => samples.map(value));
    const highest =
      Math.max(
        this.options.topMin,
        ...values.reduce<number[]>((all, some) => all.concat(some.map((one) => one ?? 0)), []),
      ) * 1.08;
    values.forEach((line, i) => {
      const path = this.pathOf(line, from, to, highest);
      this.paths[i]?.setAttribute('d', path.line);
      if (values.length === 1) this.area.setAttribute('d', path.area);
    });
    const minutes = Math.round((to - from) / 60_000);
    setText(this.top, this.options.format(highest / 1.08));
    this.svg.setAttribute(
      'aria-label',
      `${this.options.title}: at most ${this.options.format(highest / 1.08)} in the last ${minutes} minutes`,
    );
    this.say();
  }

  private span(): { from: number; to: number } {
    const to = this.samples[this.samples.length - 1]?.at ?? Date.now();
    return { from: Math.min(this.samples[0]?.at ?? to, to - SPAN_MIN_MS), to };
  }

  private pathOf(values: (number | null)[], from: number, to: number, highest: number): { line: string; area: string } {
    let [line, area, former, begun] = ['', '', 0, 0];
    const closeArea = (): void => {
      if (line && begun) area += `L${x(former)} ${HEIGHT_PX}L${x(begun)} ${HEIGHT_PX}Z`;
    };
    const x = (at: number): string => (((at - from) / (to - from)) * WIDTH_PX).toFixed(1);
    this.samples.forEach(({ at }, i) => {
      const value = values[i] ?? null;
      if (value === null) return;
      const starts = !begun || at - former > GAP_MAX_MS;
      if (starts) {
        closeArea();
        begun = at;
      }
      const point = `${starts ? 'M' : 'L'}${x(at)} ${(HEIGHT_PX - (value / highest) * HEIGHT_PX).toFixed(1)}`;
      line += point;
      area += point;
      former = at;
    });
    closeArea();
    return { line, area };
  }

  private point(clientX: number): void {
    const box = this.svg.getBoundingClientRect();
    const { from, to } = this.span();
    this.pointed = from + ((clientX - box.left) / box.width) * (to - from);
    this.say();
  }

  /** Shows the newest values, or those of the sample that the pointer shows. */
  private say(): void {
    const { from, to } = this.span();
    const sample = this.pointed === null ? this.samples[this.samples.length - 1] : nearest(this.samples, this.pointed);
    this.options.lines.forEach(({ value }, i) => {
      const now = sample ? value(sample) : null;
      const figure = this.figures[i];
      if (figure) setText(figure, now === null ? '–' : this.options.format(now));
    });
    setText(this.note, sample && this.options.note ? this.options.note(sample) : '');
    setText(this.from, this.current ? `${Math.round((to - from) / 60_000)} min ago` : clock(from));
    setText(this.at, (this.current && this.pointed === null) || !sample ? 'now' : `at ${clock(sample.at)}`);
    this.cursor.setAttribute('visibility', this.pointed !== null && sample ? 'visible' : 'hidden');
    const x = String(sample ? ((sample.at - from) / (to - from)) * WIDTH_PX : 0);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
  }
}

function nearest(samples: Sample[], at: number): Sample | undefined {
  return samples.reduce<Sample | undefined>(
    (best, one) => (best && Math.abs(best.at - at) <= Math.abs(one.at - at) ? best : one),
    undefined,
  );
}
