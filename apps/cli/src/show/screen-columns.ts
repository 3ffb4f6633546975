const unknown = 80;
const ofNoTerminal = 200;

/** How wide a terminal is, some of which say 0; what is not a terminal is wide enough for a table. */
export function screenColumns(out: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout): number {
  if (out.isTTY !== true) return ofNoTerminal;
  return out.columns === undefined || out.columns === 0 ? unknown : out.columns;
}
