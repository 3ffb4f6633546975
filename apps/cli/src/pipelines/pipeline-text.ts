import { formatCount, formatPath, formatQuantity } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import type { PipelineJson } from './pipeline-json.js';

type Endpoint = PipelineJson['endpoints'][number];

/** No line is longer than `maxColumns`, except for the values of single fields. */
export function pipelineText(pipeline: PipelineJson, maxColumns: number): string {
  const { name, description, query, schedules, batch } = pipeline;
  const fields: readonly (readonly [string, string])[] = [
    ['file', formatPath(pipeline.file)],
    ['collection', pipeline.collection],
    ['query', query === null ? 'a function of the parameters' : JSON.stringify(query)],
    ['ids', `chunk ${pipeline.idFields.chunk}, parent ${pipeline.idFields.parent}`],
    ['batches', `answered within ${batch.completionWindow}; at most ${batch.maxRetries} retries of a request`],
    ...schedules.map(({ cron, timezone }) => ['schedule', `${cron} (${timezone})`] as const),
  ];
  return [
    `${name}${description === null ? '' : `: ${description}`}\n`,
    ...fields.map(([title, value]) => `${title.padEnd(12)}${value}\n`),
    ...parametersText(pipeline, maxColumns),
    ...pipeline.endpoints.flatMap((endpoint) => endpointText(endpoint, maxColumns)),
  ].join('');
}

const parameterColumns: readonly Column[] = [
  { title: 'PARAMETER' },
  { title: 'TYPE' },
  { title: 'DEFAULT' },
  { title: 'DESCRIPTION', spare: 1 },
];

function parametersText({ parameters }: PipelineJson, maxColumns: number): string[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map(({ name, type, required, default: value, description }) => [
    name,
    type,
    value === null ? (required ? 'required' : 'none') : shortened(value),
    description ?? '',
  ]);
  return ['\n', table(parameterColumns, rows, maxColumns)];
}

const functionColumns: readonly Column[] = [
  { title: 'FUNCTION' },
  { title: 'MODEL' },
  { title: 'REQUESTS' },
  { title: 'DETAILS', spare: 1 },
];

function endpointText({ endpoint, functions, vectors, ...more }: Endpoint, maxColumns: number): string[] {
  const fields = vectors?.fields.map(({ name, type }) => `${name} (${type})`).join(', ') ?? '';
  const alias = vectors?.alias === undefined ? '' : ` (alias ${vectors.alias})`;
  const into = vectors === null ? '' : `; vectors of ${vectors.dimensions} dimensions to ${vectors.collection}${alias}`;
  const withFields = fields === '' ? '' : `, with ${fields}`;
  const partitions = vectors?.partitionBy == null ? '' : `, partitioned by ${vectors.partitionBy}`;
  return [
    `\n${endpoint}: documents with ${more.statusField} "${more.pending}", ${formatCount(more.documentsPerBatch)} per batch${into}${withFields}${partitions}\n`,
    table(
      functionColumns,
      functions.map((each) => [each.name, each.model, each.url, detailsOf(each)]),
      maxColumns,
    ),
  ];
}

function detailsOf(each: Endpoint['functions'][number]): string {
  if ('text' in each) return `of ${each.text}${each.reusesVectors ? ', reuses vectors' : ''}`;
  const { temperature, maxTokens, reusesAnswers, forEach } = each;
  return [
    `out at most ${formatCount(maxTokens)}`,
    ...(temperature === null ? [] : [`temperature ${temperature}`]),
    ...(reusesAnswers ? ['reuses answers'] : []),
    ...(forEach === null ? [] : [`one per ${forEach}`]),
  ].join(', ');
}

/** Lists can have thousands of entries. */
function shortened(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const text = value.join(',');
  return text.length <= 40 ? text : formatQuantity(value.length, 'entry', 'entries');
}
