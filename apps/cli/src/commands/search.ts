import { ValidationError } from '@batchmill/contracts';
import { formsOfId, readPath } from '@batchmill/pipeline';
import { Command } from 'commander';
import { countFrom } from '../run-options.js';
import { screenColumns } from '../show/screen-columns.js';
import { withLine } from '../with-line.js';

interface Flags {
  readonly top?: number;
  readonly json?: true;
}

export function searchCommand(): Command {
  return new Command('search')
    .description('the documents nearest to a question')
    .argument('<pipeline>', 'whose vectors are searched')
    .argument('<query>')
    .option('--top <n>', 'how many; 5 when not said', countFrom)
    .option('--json', 'as JSON')
    .action(search);
}

async function search(name: string, query: string, { top = 5, json }: Flags): Promise<void> {
  const hits = await withLine(async ({ pipelines, provider, vectors, documentStore }) => {
    const { embeddings: side, source } = pipelines.get(name);
    const [asks] = side?.functions ?? [];
    if (side?.vectors == null || asks?.kind !== 'embedding') {
      throw new ValidationError('search.no-embeddings', `${name} has no embeddings; name a pipeline that has`);
    }
    const { model, dimensions, textField } = asks;
    const embedded = await provider.embed({ model, dimensions, texts: [query] });
    const [vector] = embedded.vectors;
    const found = vector === undefined ? [] : await vectors.search(side.vectors.collection, vector, top);
    const collection = documentStore.collection(source.collection);
    return Promise.all(
      found.map(async ({ similarity, chunkId, parentId }) => {
        const document = await collection.findOne({ [source.chunkIdField]: { $in: formsOfId(chunkId) } });
        return { similarity, block_doc_id: parentId, block_mongo_id: chunkId, text: textOf(document, textField) };
      }),
    );
  }, true);
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
  if (hits.length === 0) process.stdout.write('nothing is embedded there yet\n');
}

function textOf(document: Readonly<Record<string, unknown>> | null, field: string): string {
  const text = document === null ? undefined : readPath(document, field);
  return typeof text === 'string' ? text.replaceAll(/\s+/g, ' ').trim() : '';
}
