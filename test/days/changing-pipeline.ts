import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';

/** What the pipeline has become. */
export interface PipelineStage {
  /** The names of its functions; each was added on some day. */
  readonly functions: readonly string[];
  readonly model: string;
}

export const firstFunctions: readonly string[] = ['summary'];
export const laterFunctions: readonly string[] = ['title', 'questions', 'topic', 'tone'];
export const models: readonly string[] = ['text-embedding-3-small', 'text-embedding-3-large'];
export const dimensions = 8;

export interface Letter extends Record<string, unknown> {
  readonly _id: string;
  readonly sender: { readonly name: string };
  readonly lines: readonly { readonly text: string }[];
  /** Nothing that is embedded or asked depends on it. */
  readonly read: number;
}

/** What is embedded of a letter, as the pipeline's template makes it. */
export function textOf({ sender, lines }: Pick<Letter, 'sender' | 'lines'>): string {
  return `${sender.name}: ${lines.map(({ text }) => text).join(', ')}`;
}

/** Vectors of another model go to another collection, to which the alias moves. */
export function pipelineOf({ functions, model }: PipelineStage, alias: string): PipelineDefinition {
  return definePipeline({
    name: 'letters',
    source: { collection: 'letters', parentIdField: '_id' },
    embeddings: {
      model,
      dimensions,
      text: '{{ sender.name }}: {{ lines | map: "text" | join: ", " }}',
      watch: 'scan',
      prune: true,
      vectors: { alias },
    },
    inference: {
      functions: functions.map((name) =>
        chat({
          name,
          model: 'gpt-4.1-nano',
          maxTokens: 100,
          user: `Say the ${name} of a letter by {{ sender.name }} in a word.`,
          responseTemplate: { $set: { [`said.${name}`]: '{{ response_content }}' } },
        }),
      ),
    },
    batch: { batchSize: 4, pollIntervalSeconds: 10, maxRetries: 2 },
  });
}
