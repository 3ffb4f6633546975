import { isPlainObject } from '@batchmill/documents';
import { shareOut } from './share-out.js';

/**
 * The body of a call for many embeddings as the bodies of a call for each, in the order of the inputs, with the usage shared
 * out by the tokens that were counted. Null: the body does not have one embedding for each input.
 */
export function splitEmbeddings(body: unknown, tokens: readonly number[]): Record<string, unknown>[] | null {
  if (!isPlainObject(body)) return null;
  const { data, usage } = body;
  const embeddings = inOrder(data, tokens.length);
  if (embeddings === null) return null;
  const usages = usagesOf(usage, tokens);
  // Spread in the order of the keys, so that each body reads as the provider writes it.
  return embeddings.map((embedding, index) => ({
    ...body,
    data: [{ ...embedding, index: 0 }],
    ...(usages === null ? {} : { usage: { ...(usage as object), ...usages[index] } }),
  }));
}

/** By their index. Null: one is missing, or there are more. */
function inOrder(data: unknown, count: number): Record<string, unknown>[] | null {
  if (!Array.isArray(data) || data.length !== count) return null;
  const found: (Record<string, unknown> | undefined)[] = Array.from({ length: count });
  for (const [position, item] of data.entries()) {
    if (!isPlainObject(item)) return null;
    const index = item['index'] ?? position;
    if (typeof index !== 'number' || found[index] !== undefined || !(index in found)) return null;
    found[index] = item;
  }
  return found.every((item) => item !== undefined) ? found : null;
}

/** Null: the body has no usage. */
function usagesOf(usage: unknown, tokens: readonly number[]): Record<string, number>[] | null {
  if (!isPlainObject(usage)) return null;
  const shares = Object.entries(usage).flatMap(([name, total]): [string, number[]][] =>
    typeof total === 'number' ? [[name, shareOut(total, tokens)]] : [],
  );
  return tokens.map((_, index) => Object.fromEntries(shares.map(([name, each]) => [name, each[index] ?? 0])));
}
