/** How wide the terminal is; what is not a terminal is wide enough for a table. */
export function screenColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : 200;
}
