import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import { prompt } from '../definition/file-references.js';
import { checked } from '../testing/a-pipeline.js';

const definition = {
  name: 'a-pipeline',
  source: { collection: 'c', queryTemplate: () => ({ a: 1 }) },
  inference: { functions: [chat({ name: 'summary', user: prompt('u.md'), process: () => 'x' })] },
} satisfies PipelineDefinition;
const files = { 'u.md': 'Hello' };

describe('the hash of a pipeline', () => {
  it('does not depend on the order of keys', () => {
    const { name, source, inference } = definition;

    expect(checked({ inference, source, name }, files).hash).toBe(checked(definition, files).hash);
    expect(checked(definition, files).hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on poll interval, batch size and retries', () => {
    const batch = { batchSize: 3, pollIntervalSeconds: 1, maxRetries: 9 };

    expect(checked({ ...definition, batch }, files).hash).toBe(checked(definition, files).hash);
  });

  it.each<[string, unknown, Record<string, string>]>([
    ['the text of a prompt', definition, { 'u.md': 'Hello you' }],
    ['the query', { ...definition, source: { ...definition.source, queryTemplate: () => ({ a: 2 }) } }, files],
    ['the collection', { ...definition, source: { ...definition.source, collection: 'd' } }, files],
    [
      'a processor',
      {
        ...definition,
        inference: { functions: [chat({ name: 'summary', user: prompt('u.md'), process: () => 'y' })] },
      },
      files,
    ],
    [
      'a response template',
      {
        ...definition,
        inference: {
          functions: [chat({ name: 'summary', user: prompt('u.md'), process: () => 'x', responseField: 'other' })],
        },
      },
      files,
    ],
    ['the status field', { ...definition, inference: { ...definition.inference, status: { field: 's' } } }, files],
    [
      'the update template',
      { ...definition, inference: { ...definition.inference, updateTemplate: { $inc: { n: 1 } } } },
      files,
    ],
  ])('changes with %s', (_, changed, changedFiles) => {
    expect(checked(changed, changedFiles).hash).not.toBe(checked(definition, files).hash);
  });
});
