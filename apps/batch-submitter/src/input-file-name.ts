/** Names a batch's input file at the provider so that it is known again: by installation and batch. */
export function inputFileName(installation: string, batchId: string): string {
  return `${installation}.${batchId}.jsonl`;
}

/** The batch whose input file it is; null: none of this installation's. */
export function batchIdIn(name: string, installation: string): string | null {
  const begin = `${installation}.`;
  return name.startsWith(begin) && name.endsWith('.jsonl') ? name.slice(begin.length, -'.jsonl'.length) : null;
}
