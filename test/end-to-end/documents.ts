import type { DocumentMarks } from '@batchmill/records';
import type { TestEngine } from '@batchmill/testing';

/** What a run has left on a document of the collection `notes`. */
export interface Outcome {
  readonly status: unknown;
  readonly info: DocumentMarks;
  readonly document: Readonly<Record<string, unknown>>;
}

const fields = {
  embeddings: { status: 'embedding_status', info: 'embedding_processing_info' },
  inference: { status: 'ai_status', info: 'processing_info' },
} as const;

export async function outcomeOf(bundle: TestEngine, endpoint: keyof typeof fields, id: unknown): Promise<Outcome> {
  const document = await bundle.engine.documentStore.collection('notes').findOne({ _id: id });
  if (document === null) throw new Error(`There is no document ${JSON.stringify(id)}.`);
  return outcomeIn(endpoint, document);
}

export async function outcomesOf(bundle: TestEngine, endpoint: keyof typeof fields): Promise<Outcome[]> {
  const found = bundle.engine.documentStore.collection('notes').find({}, { sort: { _id: 1 } });
  return Array.fromAsync(found, (document) => outcomeIn(endpoint, document));
}

function outcomeIn(endpoint: keyof typeof fields, document: Readonly<Record<string, unknown>>): Outcome {
  const { status, info } = fields[endpoint];
  // Written by the line alone, where a test did not write something else on purpose.
  return { status: document[status], info: document[info] ?? {}, document };
}
