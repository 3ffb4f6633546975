export interface Column {
  readonly title: string;
  /** Aligns the cells to the right, for numbers. */
  readonly right?: true;
  /** On a terminal that is too narrow, the columns with the highest number are left out first. */
  readonly spare?: number;
}

const gap = 2;

/** Columns are as wide as their widest cell. Lines are cut at the width of the terminal. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], maxColumns: number): string {
  const shown = shownColumns(
    columns.map((column, index) => ({ column, index, width: widthOf(column, index, rows) })),
    maxColumns,
  );
  const line = (cellOf: (sized: SizedColumn) => string): string => {
    const cells = shown.map((sized) => padded(cellOf(sized), sized));
    return cut(cells.join(' '.repeat(gap)).trimEnd(), maxColumns);
  };
  const lines = [line(({ column }) => column.title), ...rows.map((row) => line(({ index }) => row[index] ?? ''))];
  return `${lines.join('\n')}\n`;
}

interface SizedColumn {
  readonly column: Column;
  readonly index: number;
  readonly width: number;
}

function shownColumns(all: readonly SizedColumn[], maxColumns: number): readonly SizedColumn[] {
  const width = all.reduce((sum, sized) => sum + sized.width + gap, -gap);
  const mostSpare = Math.max(...all.map(({ column }) => column.spare ?? 0));
  if (width <= maxColumns || mostSpare === 0) return all;
  return shownColumns(
    all.filter(({ column }) => (column.spare ?? 0) < mostSpare),
    maxColumns,
  );
}

function widthOf({ title }: Column, index: number, rows: readonly (readonly string[])[]): number {
  return rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), title.length);
}

function padded(text: string, { column, width }: SizedColumn): string {
  return column.right === true ? text.padStart(width) : text.padEnd(width);
}

function cut(line: string, maxColumns: number): string {
  return line.length <= maxColumns ? line : `${line.slice(0, Math.max(0, maxColumns - 1))}…`;
}
