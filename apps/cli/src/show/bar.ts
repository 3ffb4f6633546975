/** A part of a whole as a bar: anything shows a little, and only the whole shows full. */
export function bar(share: number, columns: number): string {
  const least = share > 0 ? 1 : 0;
  const most = share < 1 ? columns - 1 : columns;
  const full = Math.min(most, Math.max(least, Math.round(share * columns)));
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
