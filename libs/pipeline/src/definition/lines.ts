/** Stands in a definition for the lines of a file beside it. */
export interface LinesFile {
  readonly batchmill: 'lines';
  readonly file: string;
}

/**
 * The lines of a file beside the pipeline's, as the default of a `string[]` parameter. Trimmed; empty lines and lines
 * that start with `#` are left out. Read once, when the pipeline is loaded.
 */
export function lines(file: string): LinesFile {
  return { batchmill: 'lines', file };
}

/** By its mark, not by its class: a pipeline may have been loaded with another copy of this library. */
export function isLinesFile(value: unknown): value is LinesFile {
  return typeof value === 'object' && value !== null && (value as Partial<LinesFile>).batchmill === 'lines';
}
