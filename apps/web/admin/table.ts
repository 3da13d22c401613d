/** A table that is filled again and again: rows stay the same elements, so that what has the focus keeps it. */
import { make, setText } from './dom.js';

export interface Row {
  key: string;
  cells: string[];
  /** Where its name leads. */
  href?: string;
  /** Shown in the first cell: `off`. */
  mark?: string;
  /** What its button does. */
  act?: () => void;
}

interface Shown {
  row: HTMLTableRowElement;
  cells: HTMLTableCellElement[];
  mark: HTMLElement;
  name: HTMLElement;
  /** What its button is on, for who does not see the row. */
  target: HTMLElement;
  act: (() => void) | undefined;
}

export class Table {
  private readonly body = make('tbody');
  private readonly rows = new Map<string, Shown>();
  private readonly empty = make('td');
  private readonly nothing = make('tr', 'nothing', this.empty);

  /** `numbers`: which columns hold numbers. `means`: what no rows mean. `button`: what the rows' buttons say, for what is in the first cell. */
  constructor(
    private readonly table: HTMLTableElement,
    columns: string[],
    private readonly numbers: number[],
    private readonly means: string,
    private readonly button: string | null,
  ) {
    const head = make('tr', '', ...columns.map((name, i) => this.heading(name, i)));
    const last = make('td', '', make('span', 'hidden', 'Act'));
    if (button) head.append(last);
    this.empty.colSpan = columns.length + (button ? 1 : 0);
    table.append(make('thead', '', head), this.body);
    this.show([], 'Not known yet.');
  }

  /** `instead`: what no rows mean this time. */
  show(rows: Row[], instead = this.means): void {
    const keys = new Set(rows.map(({ key }) => key));
    this.rows.forEach(({ row }, key) => {
      if (!keys.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    });
    rows.forEach((row) => this.fill(row));
    setText(this.empty, instead);
    if (rows.length === 0) this.body.append(this.nothing);
    else this.nothing.remove();
    if (!this.table.contains(document.activeElement)) this.sort(rows); // a row that moves would lose the focus
  }

  private sort(rows: Row[]): void {
    rows.forEach(({ key }, i) => {
      const shown = this.rows.get(key);
      if (shown && this.body.rows[i] !== shown.row) this.body.insertBefore(shown.row, this.body.rows[i] ?? null);
    });
  }

  private fill({ key, cells, href, mark = '', act }: Row): void {
    const shown = this.rows.get(key) ?? this.add(key, cells.length, href);
    shown.act = act;
    setText(shown.name, cells[0] ?? '');
    setText(shown.target, ` on ${cells[0] ?? ''}`);
    setText(shown.mark, mark);
    shown.mark.hidden = !mark;
    shown.cells.forEach((cell, i) => {
      if (i > 0) setText(cell, cells[i] ?? '');
    });
  }

  private add(key: string, count: number, href: string | undefined): Shown {
    const row = make('tr');
    const [name, mark] = [make(href === undefined ? 'span' : 'a', 'name'), make('span', 'mark')];
    if (href !== undefined) name.setAttribute('href', href);
    const cells = Array.from({ length: count }, (_, i) => make('td', this.numbers.includes(i) ? 'number' : ''));
    if (cells[0]) cells[0].append(name, ' ', mark);
    row.append(...cells);
    const shown: Shown = { row, cells, mark, name, target: make('span', 'hidden'), act: undefined };
    if (this.button) row.append(make('td', 'do', this.actButton(shown)));
    this.rows.set(key, shown);
    this.body.append(row);
    return shown;
  }

  private actButton(shown: Shown): HTMLButtonElement {
    const button = make('button', 'link', this.button ?? '', shown.target);
    button.type = 'button';
    button.addEventListener('click', () => {
      if (shown.act) shown.act();
    });
    return button;
  }

  private heading(name: string, i: number): HTMLTableCellElement {
    const heading = make('th', this.numbers.includes(i) ? 'number' : '', name);
    heading.scope = 'col';
    return heading;
  }
}
