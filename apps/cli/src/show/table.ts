export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Where the lines are too long, the column with the highest number is left out first; missing: it always stays. */
  readonly leftOut?: number;
}

/** Rows as lines of at most `width` characters, as long as there are columns that may be left out. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[] {
  const kept = columnsThatFit(columns, rows, width);
  const widths = kept.map((column) => widthOf(column, rows));
  const line = (text: (column: Column<Row>) => string): string =>
    kept
      .map((column, index) => padded(text(column), widths[index] ?? 0, column.isNumber === true))
      .join(gap)
      .trimEnd();
  return [line(({ title }) => title), ...rows.map((row) => line(({ value }) => value(row)))];
}

/** Names and what is said of them, in two columns. */
export function pairs(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}${gap}${text}`);
}

const gap = '  ';

function columnsThatFit<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): readonly Column<Row>[] {
  const total = columns.reduce((sum, column) => sum + widthOf(column, rows), 0) + gap.length * (columns.length - 1);
  const least = columns.reduce<Column<Row> | null>((found, column) => {
    if (column.leftOut === undefined) return found;
    return found === null || column.leftOut > (found.leftOut ?? 0) ? column : found;
  }, null);
  if (total <= width || least === null) return columns;
  return columnsThatFit(
    columns.filter((column) => column !== least),
    rows,
    width,
  );
}

function widthOf<Row>({ title, value }: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce((widest, row) => Math.max(widest, value(row).length), title.length);
}

function padded(text: string, width: number, isNumber: boolean): string {
  return isNumber ? text.padStart(width) : text.padEnd(width);
}
