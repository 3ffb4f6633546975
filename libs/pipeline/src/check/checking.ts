import type { PipelineDefaults } from './pipeline-defaults.js';
import type { Problems } from './problems.js';

/** What every part of the check needs. */
export interface Checking {
  readonly problems: Problems;
  readonly defaults: PipelineDefaults;
  /** The text of a file beside the pipeline's, named as the definition names it; throws when it cannot be read. */
  readonly readPrompt: (path: string) => string;
}

/** The text of a file, or null with a problem told. */
export function readFileOf(checking: Checking, key: string, file: unknown): string | null {
  if (typeof file !== 'string' || file === '') {
    checking.problems.wrong(key, file, 'the name of a file beside the pipeline');
    return null;
  }
  try {
    return checking.readPrompt(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    checking.problems.add(key, `a file that cannot be read: "${file}" (${reason})`, 'a text file beside the pipeline');
    return null;
  }
}
