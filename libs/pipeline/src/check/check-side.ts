import type { Endpoint } from '@batchmill/contracts';
import { pathsOverlap } from '../paths-overlap.js';
import type { BatchOptions, Side, Status } from '../pipeline.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import { compileValue, type ValueTemplate } from '../templates/compile-value.js';
import { batchSizeRange } from './check-batch.js';
import { checkUpdateTemplate } from './check-update-template.js';
import type { Checking } from './checking.js';
import { Section } from './section.js';
import { templateProblem } from './template-problem.js';

export const sideKeys = ['status', 'processingInfoField', 'updateTemplate', 'batchSize'];

const statusFields = { embeddings: 'embedding_status', inference: 'ai_status' };
const infoFields = { embeddings: 'embedding_processing_info', inference: 'processing_info' };

/** What both sides have in common. */
export function checkSide(
  checking: Checking,
  section: Section,
  endpoint: Endpoint,
  batch: BatchOptions,
): Omit<Side, 'functions' | 'vectors'> {
  const status = checkStatus(checking, section, statusFields[endpoint]);
  const infoField = section.fieldPath('processingInfoField', infoFields[endpoint]);
  if (pathsOverlap(status.field, infoField)) {
    checking.problems.add(
      section.at('processingInfoField'),
      `"${infoField}" beside the status field "${status.field}"`,
      'two fields of which neither contains the other',
    );
  }
  for (const field of [status.field, infoField].filter((path) => pathsOverlap(path, '_id'))) {
    checking.problems.wrong(
      section.at(field === infoField ? 'processingInfoField' : 'status.field'),
      field,
      'another field than _id',
    );
  }
  const batchSize = section.number('batchSize', { otherwise: batch.batchSize[endpoint], ...batchSizeRange });
  return {
    endpoint,
    status,
    infoField,
    batchSize,
    updateTemplate: checkTakeTemplate(checking, section, { status, infoField }),
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

function checkTakeTemplate(
  checking: Checking,
  section: Section,
  marks: { status: Status; infoField: string },
): ValueTemplate<UpdateOperators> | null {
  if (!section.has('updateTemplate')) return null;
  const key = section.at('updateTemplate');
  const own = checkUpdateTemplate(checking.problems, key, section.get('updateTemplate'), {
    statusField: marks.status.field,
    statusValue: marks.status.inProgress,
    infoField: marks.infoField,
  });
  if (Object.keys(own).length === 0) return null;
  return compileValue(own, (path, error) => templateProblem(checking.problems, `${key}.${path}`, null, error));
}
