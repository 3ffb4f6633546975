import { ValidationError, closestName } from '@batchmill/contracts';
import type { RunPipelineOptions } from './run-pipeline-options.js';

const known: Readonly<Record<keyof RunPipelineOptions, true>> = {
  pipeline: true,
  endpoint: true,
  functions: true,
  parameters: true,
  documents: true,
  limit: true,
  redo: true,
  runId: true,
  process: true,
  onProgress: true,
  onWork: true,
  signal: true,
  settings: true,
  log: true,
};

/** Throws a ValidationError for what the compiler refuses, where there is none: a misspelt limit would ask for everything. */
export function expectOptions(options: RunPipelineOptions): void {
  const { pipeline }: { readonly pipeline?: unknown } = options;
  if (typeof pipeline !== 'string' && (typeof pipeline !== 'object' || pipeline === null)) {
    throw bad('pipeline: found nothing that is one, wanted the name of a pipeline or its definition');
  }
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const meant = closestName(name, names);
    throw bad(`${name}: found an option that is not known, wanted ${meant ?? `one of ${names.join(', ')}`}`);
  }
}

function bad(message: string): ValidationError {
  return new ValidationError('run.bad-option', `runPipeline: ${message}`);
}
