import { endpoints } from '@batchmill/contracts';
import { pathsOverlap } from '@batchmill/documents';
import type { EndpointPlan, Pipeline } from '../pipeline.js';
import { checkBatch } from './check-batch.js';
import { checkEmbeddings } from './check-embeddings.js';
import { checkInference } from './check-inference.js';
import { checkParameters } from './check-parameters.js';
import { checkScheduledRuns, checkSchedules } from './check-schedules.js';
import { checkSpending } from './check-spending.js';
import { checkSource } from './check-source.js';
import type { CheckContext } from './check-context.js';
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
  'spending',
  'schedule',
];

export interface CheckOptions {
  /** The name of the definition's file, for messages. */
  readonly file: string;
  /** Reads a file beside the pipeline, by its name in the definition. Throws when it cannot be read. */
  readPrompt(path: string): string;
  readonly defaults: PipelineDefaults;
}

/**
 * Checks a definition and fills in its defaults. Throws a ValidationError `pipeline.invalid` whose message has one line
 * `file: key: found …, expected …` per problem.
 */
export function checkPipeline(definition: unknown, options: CheckOptions): Pipeline {
  const problems = new Problems(options.file);
  const context: CheckContext = {
    problems,
    defaults: options.defaults,
    readPrompt: (path) => options.readPrompt(path),
  };
  const section = Section.of(problems, '', definition, keys);

  const name = section.required('name', {
    pattern: /^[a-z][a-z0-9-]{0,63}$/,
    expected: 'a name of lower-case letters, digits and dashes that starts with a letter (at most 64)',
  });
  const parameters = checkParameters(context, section);
  const source = checkSource(context, section);
  const batch = checkBatch(context, section);
  const spending = checkSpending(context, section);
  const embeddings = checkEmbeddings(context, section, batch);
  const inference = checkInference(context, section, batch, parameters);
  if (embeddings === null && inference === null) {
    problems.add('', 'neither embeddings nor inference', 'at least one of them');
  }
  const endpointPlans = [embeddings, inference].filter((endpointPlan) => endpointPlan !== null);
  const defaultEndpoint = section.oneOf('defaultEndpoint', endpoints, null);
  if (defaultEndpoint !== null && !endpointPlans.some((endpointPlan) => endpointPlan.endpoint === defaultEndpoint)) {
    problems.addValue('defaultEndpoint', defaultEndpoint, 'an endpoint that the pipeline offers');
  }
  checkMarksDisjoint(context, embeddings, inference);
  const description = section.text('description', { fallback: null, expected: 'a text' });
  const schedules = checkSchedules(context, section);
  problems.throwIfAny();

  const checked = { name, file: options.file, description, parameters, source, defaultEndpoint, embeddings, inference };
  const pipeline: Pipeline = {
    ...checked,
    spending,
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
  checkScheduledRuns(context, pipeline);
  problems.throwIfAny();
  return pipeline;
}

/** Embeddings and inference may work on the same documents at the same time, so their marks must not overlap. */
function checkMarksDisjoint(
  { problems }: CheckContext,
  embeddings: EndpointPlan | null,
  inference: EndpointPlan | null,
): void {
  if (embeddings === null || inference === null) return;
  const fieldsOf = ({ status, infoField, errorField }: EndpointPlan): [string, string][] => [
    ['status.field', status.field],
    ['processingInfoField', infoField],
    ...(pathsOverlap(errorField, infoField) ? [] : [['errorField', errorField] as [string, string]]),
  ];
  for (const [key, field] of fieldsOf(inference)) {
    for (const [otherKey, otherField] of fieldsOf(embeddings)) {
      if (!pathsOverlap(field, otherField)) continue;
      problems.add(
        `inference.${key}`,
        `"${field}", which embeddings.${otherKey} uses ("${otherField}")`,
        'a field of its own',
      );
    }
  }
}
