import { endpoints } from '@batchmill/contracts';
import type { Pipeline } from '../pipeline.js';
import { checkBatch } from './check-batch.js';
import { checkEmbeddings } from './check-embeddings.js';
import { checkInference } from './check-inference.js';
import { checkParameters } from './check-parameters.js';
import { checkScheduledRuns, checkSchedules } from './check-schedules.js';
import { checkEndpointsApart } from './check-endpoints-apart.js';
import { checkSource } from './check-source.js';
import type { Checking } from './checking.js';
import { hashPipeline } from './hash-pipeline.js';
import type { PipelineDefaults } from './pipeline-defaults.js';
import { Problems } from './problems.js';
import { Section } from './section.js';

const keys = [
  'name',
  'description',
  'parameters',
  'source',
  'defaultEndpoint',
  'embeddings',
  'inference',
  'batch',
  'schedule',
];

export interface CheckFrom {
  /** Names the definition in messages. */
  readonly file: string;
  /** The text of a file beside the pipeline's, by the name that the definition gives it; throws when it cannot be read. */
  readPrompt(path: string): string;
  readonly defaults: PipelineDefaults;
}

/**
 * A definition, checked and filled in from the defaults. Throws a ValidationError `pipeline.invalid` whose message has a
 * line `file: key: found …, expected …` for everything that is wrong.
 */
export function checkPipeline(definition: unknown, from: CheckFrom): Pipeline {
  const problems = new Problems(from.file);
  const checking: Checking = { problems, defaults: from.defaults, readPrompt: (path) => from.readPrompt(path) };
  const section = Section.of(problems, '', definition, keys);

  const name = section.needed('name', {
    pattern: /^[a-z][a-z0-9-]{0,63}$/,
    expected: 'a name of lower-case letters, digits and dashes that starts with a letter (at most 64)',
  });
  const parameters = checkParameters(checking, section);
  const source = checkSource(checking, section);
  const batch = checkBatch(checking, section);
  const embeddings = checkEmbeddings(checking, section, batch);
  const inference = checkInference(checking, section, batch, parameters);
  if (embeddings === null && inference === null) {
    problems.add('', 'neither embeddings nor inference', 'at least one of them');
  }
  const sides = [embeddings, inference].filter((endpointPlan) => endpointPlan !== null);
  const defaultEndpoint = section.oneOf('defaultEndpoint', endpoints, null);
  if (defaultEndpoint !== null && !sides.some((endpointPlan) => endpointPlan.endpoint === defaultEndpoint)) {
    problems.wrong('defaultEndpoint', defaultEndpoint, 'an endpoint that the pipeline offers');
  }
  checkEndpointsApart(checking, embeddings, inference);
  const description = section.text('description', { otherwise: null, expected: 'a text' });
  const schedules = checkSchedules(checking, section);
  problems.settle();

  const checked = { name, file: from.file, description, parameters, source, defaultEndpoint, embeddings, inference };
  const pipeline: Pipeline = {
    ...checked,
    schedules,
    batch: {
      ...batch,
      batchSize: {
        embeddings: embeddings?.batchSize ?? batch.batchSize.embeddings,
        inference: inference?.batchSize ?? batch.batchSize.inference,
      },
    },
    hash: hashPipeline({ name, parameters, source, defaultEndpoint, embeddings, inference }),
  };
  checkScheduledRuns(checking, pipeline);
  problems.settle();
  return pipeline;
}
