import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import { formsOfId, readPath } from '@batchmill/documents';
import { countTokens } from '@batchmill/models';
import { maxEmbeddingTokens } from '@batchmill/provider';
import type { VectorHit, Vectors } from '@batchmill/vectors';
import { Command, InvalidArgumentError } from 'commander';
import { countFrom } from '../run-options.js';
import { screenColumns } from '../show/screen-columns.js';
import { withLine } from '../with-engine.js';

interface Flags {
  readonly top?: number;
  readonly json?: true;
}

export function searchCommand(): Command {
  return new Command('search')
    .description('the documents nearest to a question')
    .argument('<pipeline>', 'whose vectors are searched')
    .argument('<query>', 'in words', queryFrom)
    .option('--top <n>', 'how many; 5 when not said', countFrom)
    .option('--json', 'as JSON')
    .action(search);
}

async function search(name: string, query: string, { top = 5, json }: Flags): Promise<void> {
  const hits = await withLine(
    async ({ pipelines, provider, vectors, documentStore }) => {
      const { embeddings: side, source } = pipelines.get(name);
      const [asks] = side?.functions ?? [];
      if (side?.vectors == null || asks?.kind !== 'embedding') {
        throw new ValidationError('search.no-embeddings', `${name} has no embeddings; name a pipeline that has`);
      }
      const { model, dimensions, textField } = asks;
      expectShort(query, model);
      const embedded = await provider.embed({ model, dimensions, texts: [query] });
      const [vector] = embedded.vectors;
      const found = vector === undefined ? [] : await nearest(vectors, side.vectors.collection, vector, top);
      const collection = documentStore.collection(source.collection);
      return Promise.all(
        found.map(async ({ similarity, chunkId, parentId }) => {
          const document = await collection.findOne({ [source.chunkIdField]: { $in: formsOfId(chunkId) } });
          return { similarity, block_doc_id: parentId, block_mongo_id: chunkId, text: textOf(document, textField) };
        }),
      );
    },
    { needsProvider: true },
  );
  if (json) {
    process.stdout.write(
      `${JSON.stringify(hits.map(({ similarity, block_doc_id, block_mongo_id }) => ({ similarity, block_doc_id, block_mongo_id })))}\n`,
    );
    return;
  }
  const columns = screenColumns();
  for (const hit of hits) {
    const line = `${hit.similarity.toFixed(3)}  ${hit.block_doc_id}  ${hit.block_mongo_id}  ${hit.text}`;
    process.stdout.write(`${line.slice(0, columns)}\n`);
  }
  if (hits.length > 0) return;
  process.stdout.write(`nothing is embedded there yet: batchmill run ${name} --endpoint embeddings\n`);
}

function queryFrom(value: string): string {
  if (value.trim() !== '') return value;
  throw new InvalidArgumentError('wanted a question');
}

function expectShort(query: string, model: string): void {
  const tokens = countTokens(query, model);
  if (tokens <= maxEmbeddingTokens) return;
  throw new ValidationError(
    'search.too-long',
    `the query: found ${tokens} tokens of ${model}, wanted at most ${maxEmbeddingTokens}`,
  );
}

/** None where there is no such collection: the first run that embeds makes it. */
async function nearest(vectors: Vectors, collection: string, vector: Float32Array, top: number): Promise<VectorHit[]> {
  try {
    return await vectors.search(collection, vector, top);
  } catch (error) {
    if (isBatchmillError(error) && error.code === 'vectors.unknown-collection') return [];
    throw error;
  }
}

function textOf(document: Readonly<Record<string, unknown>> | null, field: string): string {
  const text = document === null ? undefined : readPath(document, field);
  return typeof text === 'string' ? text.replaceAll(/\s+/g, ' ').trim() : '';
}
