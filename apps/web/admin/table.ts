/** A table that is filled again and again. Its rows stay the same elements, so a focused button keeps the focus. */
import { make, setText } from './dom.js';

export interface Row {
  key: string;
  cells: string[];
  /** The address that its name links to. */
  href?: string;
  /** A mark in the first cell, for example `off`. */
  mark?: string;
  /** Called when its button is clicked. */
  act?: () => void;
}

interface Shown {
  row: HTMLTableRowElement;
  cells: HTMLTableCellElement[];
  mark: HTMLElement;
  title: HTMLElement;
  /** The target of the button, for people who do not see the row. */
  target: HTMLElement;
  act: (() => void) | undefined;
}

export class Table {
  private readonly body = make('tbody');
  private readonly rows = new Map<string, Shown>();
  private readonly empty = make('td');
  private readonly emptyRow = make('tr', 'nothing', this.empty);

  /**
   * `numbers`: the columns that hold numbers. `nothing`: the text if there are no rows. `button`: the label of each
   * row's button.
   */
  constructor(
    private readonly table: HTMLTableElement,
    columns: string[],
    private readonly numbers: number[],
    private readonly nothing: string,
    private readonly button: string | null,
  ) {
    const head = make('tr', '', ...columns.map((column, i) => this.heading(column, i)));
    const last = make('td', '', make('span', 'hidden', 'Act'));
    if (button) head.append(last);
    this.empty.colSpan = columns.length + (button ? 1 : 0);
    table.append(make('thead', '', head), this.body);
    this.show([], 'Not known yet.');
  }

  /** `nothing`: the text if there are no rows this time. */
  show(rows: Row[], nothing = this.nothing): void {
    const keys = new Set(rows.map(({ key }) => key));
    this.rows.forEach(({ row }, key) => {
      if (!keys.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    });
    for (const row of rows) this.fill(row);
    setText(this.empty, nothing);
    if (rows.length === 0) this.body.append(this.emptyRow);
    else this.emptyRow.remove();
    if (!this.table.contains(document.activeElement)) this.sort(rows); // a moved row would lose the focus
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
    setText(shown.title, cells[0] ?? '');
    setText(shown.target, ` on ${cells[0] ?? ''}`);
    setText(shown.mark, mark);
    shown.mark.hidden = !mark;
    shown.cells.forEach((cell, i) => {
      if (i > 0) setText(cell, cells[i] ?? '');
    });
  }

  private add(key: string, count: number, href: string | undefined): Shown {
    const row = make('tr');
    const [title, mark] = [make(href === undefined ? 'span' : 'a', 'name'), make('span', 'mark')];
    if (href !== undefined) title.setAttribute('href', href);
    const cells = Array.from({ length: count }, (_, i) => make('td', this.numbers.includes(i) ? 'number' : ''));
    if (cells[0]) cells[0].append(title, ' ', mark);
    row.append(...cells);
    const shown: Shown = { row, cells, mark, title, target: make('span', 'hidden'), act: undefined };
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

  private heading(column: string, i: number): HTMLTableCellElement {
    const heading = make('th', this.numbers.includes(i) ? 'number' : '', column);
    heading.scope = 'col';
    return heading;
  }
}
