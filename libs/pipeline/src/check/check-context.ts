import type { PipelineDefaults } from './pipeline-defaults.js';
import type { Problems } from './problems.js';

/** What every part of the check uses. */
export interface CheckContext {
  readonly problems: Problems;
  readonly defaults: PipelineDefaults;
  /** Reads a file beside the pipeline, by its name in the definition. Throws when it cannot be read. */
  readonly readPrompt: (path: string) => string;
}

/** The text of a file; null when it cannot be read, which is then added to the problems. */
export function readFile(context: CheckContext, key: string, file: unknown): string | null {
  if (typeof file !== 'string' || file === '') {
    context.problems.addValue(key, file, 'the name of a file beside the pipeline');
    return null;
  }
  try {
    return context.readPrompt(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.problems.add(key, `a file that cannot be read: "${file}" (${reason})`, 'a text file beside the pipeline');
    return null;
  }
}
