import type { Endpoint } from '@batchmill/contracts';
import { pathsOverlap } from '@batchmill/documents';
import { compileValue } from '@batchmill/templates';
import { markFields } from './reserved-names.js';
import type { ClaimVariables, UpdateFunction } from '../definition/template-functions.js';
import type { BatchOptions, EndpointPlan, Status } from '../pipeline.js';
import { batchSizeRange } from './check-batch.js';
import { checkUpdateTemplate } from './check-update-template.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

export const endpointKeys = ['status', 'processingInfoField', 'errorField', 'updateTemplate', 'batchSize'];

const statusFields = { embeddings: 'embedding_status', inference: 'ai_status' };
const infoFields = { embeddings: 'embedding_processing_info', inference: 'processing_info' };

/** Checks the settings that both endpoints have. */
export function checkEndpointPlan(
  context: CheckContext,
  section: Section,
  endpoint: Endpoint,
  batch: BatchOptions,
): Omit<EndpointPlan, 'functions' | 'vectors'> {
  const status = checkStatus(context, section, statusFields[endpoint]);
  const infoField = section.fieldPath('processingInfoField', infoFields[endpoint]);
  if (pathsOverlap(status.field, infoField)) {
    context.problems.add(
      section.at('processingInfoField'),
      `"${infoField}" beside the status field "${status.field}"`,
      'two fields of which neither contains the other',
    );
  }
  const errorField = checkErrorField(context, section, { status, infoField });
  const fields = { 'status.field': status.field, processingInfoField: infoField, errorField };
  for (const [key, field] of Object.entries(fields).filter(([, path]) => pathsOverlap(path, '_id'))) {
    context.problems.addValue(section.at(key), field, 'another field than _id');
  }
  const batchSize = section.number('batchSize', { fallback: batch.batchSize[endpoint], ...batchSizeRange(context) });
  return {
    endpoint,
    status,
    infoField,
    errorField,
    batchSize,
    updateTemplate: checkClaimTemplate(context, section, { status, infoField, errorField }),
  };
}

function checkStatus({ problems }: CheckContext, section: Section, field: string): Status {
  const values = { pending: 'pending', inProgress: 'in_progress', completed: 'completed', failed: 'failed' };
  const names = Object.keys(values) as (keyof typeof values)[];
  const statusSection = Section.of(problems, section.at('status'), section.get('status') ?? {}, ['field', ...names]);
  const status: Status = {
    field: statusSection.fieldPath('field', field),
    ...(Object.fromEntries(
      names.map((name) => [name, statusSection.text(name, { fallback: values[name], expected: 'a text' })]),
    ) as typeof values),
  };
  const distinct = new Set(names.map((name) => status[name]));
  if (distinct.size < names.length) {
    problems.add(
      section.at('status'),
      `two equal values (${names.map((name) => status[name]).join(', ')})`,
      'four different ones',
    );
  }
  return status;
}

/** The error field may lie within `processingInfoField`, but not on one of the marks. */
function checkErrorField(
  { problems }: CheckContext,
  section: Section,
  { status, infoField }: Pick<EndpointPlan, 'status' | 'infoField'>,
): string {
  const field = section.fieldPath('errorField', `${infoField}.error`);
  const reserved = [status.field, ...markFields.map((name) => `${infoField}.${name}`)];
  const taken = reserved.find((other) => pathsOverlap(field, other));
  if (taken !== undefined) {
    problems.add(section.at('errorField'), `"${field}", which overlaps "${taken}"`, 'a field of its own');
  }
  return field;
}

function checkClaimTemplate(
  context: CheckContext,
  section: Section,
  { status, infoField, errorField }: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>,
): EndpointPlan['updateTemplate'] {
  if (!section.has('updateTemplate')) return null;
  const key = section.at('updateTemplate');
  const template = section.get('updateTemplate');
  if (typeof template === 'function') {
    const source = template as UpdateFunction; // its result is checked per run
    return { source, render: (variables) => source(variables as ClaimVariables) };
  }
  const update = checkUpdateTemplate(context.problems, key, template, {
    statusField: status.field,
    statusValue: status.inProgress,
    markFields: [infoField, errorField],
  });
  if (Object.keys(update).length === 0) return null;
  return compileValue(update, (path, error) => context.problems.addTemplate(`${key}.${path}`, null, error));
}
