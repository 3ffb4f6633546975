/** Columns as wide as what stands in them; the last is cut where the screen ends. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .slice(0, columns)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
