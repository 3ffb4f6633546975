/** What the name of an input file at the provider says. */
export interface InputFileName {
  readonly installation: string;
  readonly batchId: string;
  /** The key of the upload; null in names of an earlier version. */
  readonly key: string | null;
}

/** `<installation>.<batch id>~<key>.jsonl` */
export function inputFileName({ installation, batchId, key }: InputFileName & { readonly key: string }): string {
  return `${installation}.${batchId}~${key}.jsonl`;
}

/** Null if the file is not of this installation. */
export function readInputFileName(name: string, installation: string): Omit<InputFileName, 'installation'> | null {
  const prefix = `${installation}.`;
  if (!name.startsWith(prefix) || !name.endsWith('.jsonl')) return null;
  const rest = name.slice(prefix.length, -'.jsonl'.length);
  const separator = rest.lastIndexOf('~');
  if (separator < 0) return { batchId: rest, key: null };
  return { batchId: rest.slice(0, separator), key: rest.slice(separator + 1) };
}

/** The installation that a name says, whichever it is; null if it is no name of an input file of ours. */
export function installationInFileName(name: string): string | null {
  return /^([^.]+)\..+~[^~]+\.jsonl$/.exec(name)?.[1] ?? null;
}
