import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import { formsOfId, type SourceDocument } from '@batchmill/documents';
import { countTokens } from '@batchmill/models';
import { textOfDocument, type EmbeddingFunction, type Pipeline, type VectorTarget } from '@batchmill/pipeline';
import { maxEmbeddingTokens } from '@batchmill/provider';
import type { RowCondition, VectorHit, Vectors } from '@batchmill/vectors';
import { Command, InvalidArgumentError } from 'commander';
import { parseCount } from '../run-options.js';
import { fieldsOfHit, fieldsText } from '../search/fields-of-hit.js';
import { searchedVectors } from '../search/searched-vectors.js';
import { parseWhere } from '../search/parse-where.js';
import { printJson } from '../show/output.js';
import { sanitizeLine, terminalColumns } from '../show/terminal.js';
import { withEngine } from '../with-engine.js';

interface Flags {
  readonly top?: number;
  readonly where?: string;
  readonly json?: true;
}

export function searchCommand(): Command {
  return new Command('search')
    .argument('<pipeline>', 'the pipeline whose vectors are searched')
    .argument('<query>', 'a question or a description', parseQuery)
    .option('--top <n>', 'how many documents (default: 5)', parseCount)
    .option(
      '--where <condition>',
      'only vectors whose fields meet it: \'company = "Acme" and (date >= 2026-01-01 or not open = true)\'',
    )
    .option('--json', 'as JSON')
    .action(search);
}

async function search(name: string, query: string, { top = 5, where, json }: Flags): Promise<void> {
  const hits = await withEngine(
    async ({ pipelines, provider, vectors, writtenCollections, documentStore }) => {
      const pipeline = pipelines.get(name);
      const { embeddings, source } = pipeline;
      const [definition] = embeddings?.functions ?? [];
      if (embeddings?.vectors == null || definition?.kind !== 'embedding') {
        throw new ValidationError('search.no-embeddings', `${name} has no embeddings, expected a pipeline that has`);
      }
      expectTokensInLimit(query, definition.baseModel);
      const target = embeddings.vectors;
      const condition = where === undefined ? undefined : parseWhere(where, target);
      const { collection: searched, ...request } = await searchedVectors(
        { vectors, writtenCollections },
        definition,
        target,
      );
      if (searched !== target.collection) process.stderr.write(elsewhereText(target, searched, request.model));
      const embedding = await provider.embed({ ...request, texts: [query] });
      const [vector] = embedding.vectors;
      const { idFields } = target;
      const search = { collection: searched, top, condition };
      const nearestHits = vector === undefined ? [] : await nearest(vectors, vector, search);
      const collection = documentStore.collection(source.collection);
      return Promise.all(
        nearestHits.map(async ({ similarity, ...entry }) => {
          const { fields } = entry;
          const chunkId = fields[idFields.chunkId] ?? '';
          const parentId = fields[idFields.parentId] ?? '';
          const document = await collection.findOne({ [source.chunkIdField]: { $in: formsOfId(chunkId) } });
          return {
            similarity,
            block_doc_id: parentId,
            block_mongo_id: chunkId,
            ...(target.rowFields.length > 0 && { fields: fieldsOfHit(target, entry) }),
            text: await textOf(pipeline, definition, document),
          };
        }),
      );
    },
    { needsProvider: true },
  );
  if (json) {
    printJson(hits);
    return;
  }
  const columns = terminalColumns();
  for (const hit of hits) {
    const fields = hit.fields === undefined ? '' : `${sanitizeLine(fieldsText(hit.fields))}  `;
    const line = `${hit.similarity.toFixed(3)}  ${hit.block_doc_id}  ${hit.block_mongo_id}  ${fields}${hit.text}`;
    process.stdout.write(`${line.slice(0, columns)}\n`);
  }
  if (hits.length > 0) return;
  if (where !== undefined) {
    process.stdout.write('no vector meets the condition\n');
    return;
  }
  process.stdout.write(`nothing is embedded yet; start with: batchmill run ${name} --endpoint embeddings\n`);
}

function elsewhereText({ collection, alias }: VectorTarget, searched: string, model: string): string {
  return `${alias} finds the vectors of ${searched}, of the model ${model}, until ${collection} lacks none of them\n`;
}

function parseQuery(value: string): string {
  if (value.trim() !== '') return value;
  throw new InvalidArgumentError('found nothing, expected a question');
}

function expectTokensInLimit(query: string, model: string): void {
  const tokens = countTokens(query, model);
  if (tokens <= maxEmbeddingTokens) return;
  throw new ValidationError(
    'search.too-long',
    `the query: found ${tokens} tokens of ${model}, expected at most ${maxEmbeddingTokens}`,
  );
}

/** Returns nothing when the collection does not exist. The first run with embeddings creates it. */
async function nearest(
  vectors: Vectors,
  vector: Float32Array,
  { collection, top, condition }: { collection: string; top: number; condition: RowCondition | undefined },
): Promise<VectorHit[]> {
  try {
    return await vectors.search(collection, vector, top, condition);
  } catch (error) {
    if (isBatchmillError(error) && error.code === 'vectors.unknown-collection') return [];
    throw error;
  }
}

/** The text that would be embedded now, on one line. Empty where it cannot be made without the parameters of a run. */
async function textOf(
  pipeline: Pipeline,
  definition: EmbeddingFunction,
  document: SourceDocument | null,
): Promise<string> {
  if (document === null) return '';
  const defaults = Object.entries(pipeline.parameters).flatMap(([parameter, { default: value }]) =>
    value === undefined ? [] : [[parameter, value] as const],
  );
  const present = await textOfDocument({ pipeline, parameters: Object.fromEntries(defaults) }, definition, document);
  return present.kind === 'text' ? present.text.replaceAll(/\s+/g, ' ').trim() : '';
}
