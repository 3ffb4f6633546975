/** A model that can be requested. Prices in USD per million tokens, synchronous; a batch is half. */
export interface Model {
  readonly id: string;
  readonly kind: 'embedding' | 'chat';
  readonly inputUsd: number;
  readonly outputUsd: number;
  /** Of input that the cache of prompts holds. */
  readonly cachedInputUsd: number;
  readonly encoding: 'cl100k_base' | 'o200k_base';
  /** Of embeddings: the default length of a vector. */
  readonly dimensions: number;
  /** Whether a shorter vector may be requested. */
  readonly shortens: boolean;
  /** It rejects fields that other chat models take. */
  readonly reasons: boolean;
  /** The most tokens of the messages, and of an answer. Of embeddings, the limits of the simulator hold. */
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

/** Of a synchronous call: https://platform.openai.com/docs/guides/flex-processing. */
export type ServiceTier = 'default' | 'flex';

const embedding = (id: string, inputUsd: number, dimensions: number, shortens: boolean): Model => ({
  id,
  kind: 'embedding',
  inputUsd,
  outputUsd: 0,
  cachedInputUsd: inputUsd,
  encoding: 'cl100k_base',
  dimensions,
  shortens,
  reasons: false,
  maxInputTokens: Infinity,
  maxOutputTokens: 0,
});

/** https://platform.openai.com/docs/models. gpt-5 keeps a part of its context for the answer. */
const sizes = [
  { ids: /^gpt-4o/, maxInputTokens: 128_000, maxOutputTokens: 16_384 },
  { ids: /^gpt-4\.1/, maxInputTokens: 1_047_576, maxOutputTokens: 32_768 },
  { ids: /^gpt-5/, maxInputTokens: 272_000, maxOutputTokens: 128_000 },
] as const;

const chat = (id: string, inputUsd: number, outputUsd: number, cachedInputUsd: number): Model => ({
  id,
  kind: 'chat',
  inputUsd,
  outputUsd,
  cachedInputUsd,
  encoding: 'o200k_base',
  dimensions: 0,
  shortens: false,
  reasons: id.startsWith('gpt-5'),
  ...sizeOf(id),
});

function sizeOf(id: string): Pick<Model, 'maxInputTokens' | 'maxOutputTokens'> {
  const size = sizes.find(({ ids }) => ids.test(id));
  if (size === undefined) throw new Error(`${id} has no size`);
  const { maxInputTokens, maxOutputTokens } = size;
  return { maxInputTokens, maxOutputTokens };
}

export const models: readonly Model[] = [
  embedding('text-embedding-3-small', 0.02, 1536, true),
  embedding('text-embedding-3-large', 0.13, 3072, true),
  embedding('text-embedding-ada-002', 0.1, 1536, false),
  chat('gpt-4o', 2.5, 10, 1.25),
  chat('gpt-4o-mini', 0.15, 0.6, 0.075),
  chat('gpt-4.1', 2, 8, 0.5),
  chat('gpt-4.1-mini', 0.4, 1.6, 0.1),
  chat('gpt-4.1-nano', 0.1, 0.4, 0.025),
  chat('gpt-5', 1.25, 10, 0.125),
  chat('gpt-5-mini', 0.25, 2, 0.025),
  chat('gpt-5-nano', 0.05, 0.4, 0.005),
];

const byId = new Map(models.map((model) => [model.id, model]));

/** A dated name (`gpt-4o-2024-08-06`) is the model without its date. */
export function findModel(name: string): Model | undefined {
  return byId.get(name) ?? byId.get(name.replace(/-\d{4}-\d{2}-\d{2}$/, ''));
}
