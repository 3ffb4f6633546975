import type { Endpoint } from '@batchmill/contracts';
import { pathsOverlap } from '@batchmill/documents';
import { compileValue } from '@batchmill/templates';
import { bookkeptNames } from '../bookkept-names.js';
import type { ClaimVariables, UpdateFunction } from '../definition/template-functions.js';
import type { BatchOptions, EndpointPlan, Status } from '../pipeline.js';
import { batchSizeRange } from './check-batch.js';
import { checkUpdateTemplate } from './check-update-template.js';
import type { Checking } from './checking.js';
import { Section } from './section.js';
import { templateProblem } from './template-problem.js';

export const sideKeys = ['status', 'processingInfoField', 'errorField', 'updateTemplate', 'batchSize'];

const statusFields = { embeddings: 'embedding_status', inference: 'ai_status' };
const infoFields = { embeddings: 'embedding_processing_info', inference: 'processing_info' };

/** What both sides have in common. */
export function checkEndpointPlan(
  checking: Checking,
  section: Section,
  endpoint: Endpoint,
  batch: BatchOptions,
): Omit<EndpointPlan, 'functions' | 'vectors'> {
  const status = checkStatus(checking, section, statusFields[endpoint]);
  const infoField = section.fieldPath('processingInfoField', infoFields[endpoint]);
  if (pathsOverlap(status.field, infoField)) {
    checking.problems.add(
      section.at('processingInfoField'),
      `"${infoField}" beside the status field "${status.field}"`,
      'two fields of which neither contains the other',
    );
  }
  const errorField = checkErrorField(checking, section, { status, infoField });
  const fields = { 'status.field': status.field, processingInfoField: infoField, errorField };
  for (const [key, field] of Object.entries(fields).filter(([, path]) => pathsOverlap(path, '_id'))) {
    checking.problems.wrong(section.at(key), field, 'another field than _id');
  }
  const batchSize = section.number('batchSize', { otherwise: batch.batchSize[endpoint], ...batchSizeRange });
  return {
    endpoint,
    status,
    infoField,
    errorField,
    batchSize,
    updateTemplate: checkTakeTemplate(checking, section, { status, infoField, errorField }),
  };
}

function checkStatus({ problems }: Checking, section: Section, field: string): Status {
  const values = { pending: 'pending', inProgress: 'in_progress', completed: 'completed', failed: 'failed' };
  const names = Object.keys(values) as (keyof typeof values)[];
  const given = Section.of(problems, section.at('status'), section.get('status') ?? {}, ['field', ...names]);
  const status: Status = {
    field: given.fieldPath('field', field),
    ...(Object.fromEntries(
      names.map((name) => [name, given.text(name, { otherwise: values[name], expected: 'a text' })]),
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

/** Within the bookkeeping it must not stand on what is kept there. */
function checkErrorField(
  { problems }: Checking,
  section: Section,
  { status, infoField }: Pick<EndpointPlan, 'status' | 'infoField'>,
): string {
  const field = section.fieldPath('errorField', `${infoField}.error`);
  const kept = [status.field, ...bookkeptNames.map((name) => `${infoField}.${name}`)];
  const taken = kept.find((other) => pathsOverlap(field, other));
  if (taken !== undefined) {
    problems.add(section.at('errorField'), `"${field}", where "${taken}" is kept`, 'a field of its own');
  }
  return field;
}

function checkTakeTemplate(
  checking: Checking,
  section: Section,
  { status, infoField, errorField }: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>,
): EndpointPlan['updateTemplate'] {
  if (!section.has('updateTemplate')) return null;
  const key = section.at('updateTemplate');
  const template = section.get('updateTemplate');
  if (typeof template === 'function') {
    const source = template as UpdateFunction; // what it returns is checked per run
    return { source, render: (variables) => source(variables as ClaimVariables) };
  }
  const own = checkUpdateTemplate(checking.problems, key, template, {
    statusField: status.field,
    statusValue: status.inProgress,
    bookkeeping: [infoField, errorField],
  });
  if (Object.keys(own).length === 0) return null;
  return compileValue(own, (path, error) => templateProblem(checking.problems, `${key}.${path}`, null, error));
}
