export interface Column {
  readonly title: string;
  /** Numbers end below each other. */
  readonly right?: true;
  /** On a screen that is too narrow for all, those with the highest number are left out first. */
  readonly spare?: number;
}

const gap = 2;

/** Columns as wide as what stands in them; the last is cut where the screen ends. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], screen: number): string {
  const shown = shownColumns(
    columns.map((column, index) => ({ column, index, width: widthOf(column, index, rows) })),
    screen,
  );
  const line = (cellOf: (one: Sized) => string): string => {
    const cells = shown.map((one) => padded(cellOf(one), one));
    return cut(cells.join(' '.repeat(gap)).trimEnd(), screen);
  };
  const lines = [line(({ column }) => column.title), ...rows.map((row) => line(({ index }) => row[index] ?? ''))];
  return `${lines.join('\n')}\n`;
}

interface Sized {
  readonly column: Column;
  readonly index: number;
  readonly width: number;
}

function shownColumns(all: readonly Sized[], screen: number): readonly Sized[] {
  const width = all.reduce((sum, one) => sum + one.width + gap, -gap);
  const least = Math.max(...all.map(({ column }) => column.spare ?? 0));
  if (width <= screen || least === 0) return all;
  return shownColumns(
    all.filter(({ column }) => (column.spare ?? 0) < least),
    screen,
  );
}

function widthOf({ title }: Column, index: number, rows: readonly (readonly string[])[]): number {
  return rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), title.length);
}

function padded(text: string, { column, width }: Sized): string {
  return column.right === true ? text.padStart(width) : text.padEnd(width);
}

function cut(line: string, screen: number): string {
  return line.length <= screen ? line : `${line.slice(0, Math.max(0, screen - 1))}…`;
}
