import { isBatchmillError } from '@batchmill/contracts';
import { checked } from './a-pipeline.js';

/** The problems that the check finds in a definition; empty when it passes. */
export function problemsOf(definition: unknown, files: Readonly<Record<string, string>> = {}): string[] {
  try {
    checked(definition, files);
    return [];
  } catch (error) {
    if (!isBatchmillError(error) || error.code !== 'pipeline.invalid') throw error;
    return error.message.split('\n');
  }
}

/** The problems of a valid definition with the given part. */
export function problemsWith(
  part: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): string[] {
  return problemsOf({ name: 'a-pipeline', source: { collection: 'blocks' }, ...part }, files);
}
