/** How wide the terminal is; what is not a terminal is as wide as it needs to be. */
export function screenColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : 1000;
}
