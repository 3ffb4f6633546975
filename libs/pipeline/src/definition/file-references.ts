/** A reference to the text of a file beside the pipeline. */
export interface PromptFile {
  readonly batchmill: 'prompt';
  readonly file: string;
}

/** A Liquid template in a file beside the pipeline (`.md`, `.liquid`). The file is read once, when the pipeline is loaded. */
export function prompt(file: string): PromptFile {
  return { batchmill: 'prompt', file };
}

/** A reference to the lines of a file beside the pipeline. */
export interface LinesFile {
  readonly batchmill: 'lines';
  readonly file: string;
}

/**
 * The lines of a file beside the pipeline, as the default of a `string[]` parameter. Lines are trimmed; empty lines and lines
 * that start with `#` are left out. The file is read once, when the pipeline is loaded.
 */
export function lines(file: string): LinesFile {
  return { batchmill: 'lines', file };
}

/** Checks the field instead of a class, because the pipeline may have loaded another copy of this library. */
export function isPromptFile(value: unknown): value is PromptFile {
  return isReference(value, 'prompt');
}

export function isLinesFile(value: unknown): value is LinesFile {
  return isReference(value, 'lines');
}

function isReference(value: unknown, kind: 'prompt' | 'lines'): boolean {
  return typeof value === 'object' && value !== null && (value as { batchmill?: unknown }).batchmill === kind;
}
