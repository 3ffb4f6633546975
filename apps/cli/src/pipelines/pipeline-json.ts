import {
  endpointPlansOf,
  type EndpointPlan,
  type Pipeline,
  type PipelineFunction,
  type TextToEmbed,
} from '@batchmill/pipeline';

/** What a pipeline takes, requests and writes. No prompts and no functions. */
export type PipelineJson = ReturnType<typeof pipelineJson>;

export function pipelineJson(pipeline: Pipeline) {
  const { name, file, description, source, batch } = pipeline;
  return {
    name,
    file,
    description,
    collection: source.collection,
    query: typeof source.queryTemplate === 'function' ? null : source.queryTemplate,
    idFields: { chunk: source.chunkIdField, parent: source.parentIdField, document: source.documentIdField },
    parameters: Object.entries(pipeline.parameters).map(([parameter, { type, default: value, required, ...more }]) => ({
      name: parameter,
      type,
      required,
      default: value ?? null,
      description: more.description,
    })),
    endpoints: endpointPlansOf(pipeline).map(endpointJson),
    defaultEndpoint: pipeline.defaultEndpoint,
    schedules: pipeline.schedules.map(({ cron, timezone, request }) => ({ cron, timezone, request })),
    batch: { completionWindow: batch.completionWindow, maxRetries: batch.maxRetries },
  };
}

/** For a table: name, collection, endpoints, models, description. */
export function pipelineRow(pipeline: Pipeline): string[] {
  const plans = endpointPlansOf(pipeline);
  const models = new Set(plans.flatMap(({ functions }) => functions.map(({ model }) => model)));
  return [
    pipeline.name,
    pipeline.source.collection,
    plans.map(({ endpoint }) => endpoint).join(', '),
    [...models].join(', '),
    pipeline.description ?? '',
  ];
}

function endpointJson({ endpoint, status, functions, vectors, batchSize }: EndpointPlan) {
  return {
    endpoint,
    statusField: status.field,
    pending: status.pending,
    documentsPerBatch: batchSize,
    functions: functions.map(functionJson),
    vectors:
      vectors === null
        ? null
        : {
            collection: vectors.collection,
            ...(vectors.alias !== null && { alias: vectors.alias }),
            dimensions: vectors.dimensions,
            fields: vectors.rowFields.map(({ name, type, path }) => ({ name, type, path })),
            partitionBy: vectors.partitionField,
          },
  };
}

function functionJson(of: PipelineFunction) {
  const { name, url, model } = of;
  return of.kind === 'embedding'
    ? { name, url, model, text: textName(of.text), reusesVectors: of.reuse }
    : {
        name,
        url,
        model,
        temperature: of.temperature,
        maxTokens: of.maxTokens,
        reusesAnswers: of.reuse !== null,
        forEach: of.forEach,
      };
}

function textName(text: TextToEmbed): string {
  switch (text.kind) {
    case 'field':
      return text.path;
    case 'template':
      return text.template.source;
    case 'function':
      return 'a function';
  }
}
