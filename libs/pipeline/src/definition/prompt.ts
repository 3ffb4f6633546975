/** Stands in a definition for the text of a file beside it. */
export interface PromptFile {
  readonly batchmill: 'prompt';
  readonly file: string;
}

/** The text of a file beside the pipeline's: a Liquid template (`.md`, `.liquid`). Read once, when the pipeline is loaded. */
export function prompt(file: string): PromptFile {
  return { batchmill: 'prompt', file };
}

/** By its mark, not by its class: a pipeline may have been loaded with another copy of this library. */
export function isPromptFile(value: unknown): value is PromptFile {
  return typeof value === 'object' && value !== null && (value as Partial<PromptFile>).batchmill === 'prompt';
}
