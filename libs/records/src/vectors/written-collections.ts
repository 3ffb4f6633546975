import type { EmbeddingFunction, Pipeline } from '@batchmill/pipeline';
import type { Collection, Fields, Store } from '@batchmill/store';

/** What is known of a collection of vectors into which this installation has written. `_id` is its name. */
export interface WrittenCollection extends Fields {
  readonly _id: string;
  /** Who has made its vectors, by the addresses of the providers. */
  readonly addresses: readonly string[];
  /** Of whose documents its vectors are. Missing in notes of earlier versions. */
  readonly pipelines?: readonly string[];
  /** From which collections these documents are. Missing in notes of earlier versions. */
  readonly sources?: readonly string[];
  /** How its vectors were asked for, each as JSON. Missing in notes of earlier versions. */
  readonly requests?: readonly string[];
}

/** What decides which vector a text has. */
export type EmbeddingRequest = Pick<EmbeddingFunction, 'model' | 'baseModel' | 'dimensions' | 'body'>;

/** Equal for equal requests. */
export function requestText({ model, baseModel, dimensions, body }: EmbeddingRequest): string {
  const fields = Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ model, baseModel, dimensions, body: Object.fromEntries(fields) });
}

/** Null: nothing is noted of a collection, or more than one way. */
export function requestOf(written: WrittenCollection | null): EmbeddingRequest | null {
  const [request, ...others] = written?.requests ?? [];
  // `requestText` wrote it.
  return request === undefined || others.length > 0 ? null : (JSON.parse(request) as EmbeddingRequest);
}

interface Writing {
  /** Of the provider. */
  readonly address: string;
  readonly pipeline: Pick<Pipeline, 'name' | 'source'>;
  readonly request: EmbeddingRequest;
}

/** Notes on the collections of vectors into which this installation has written. What holds of a collection itself stands in its store. */
export class WrittenCollections {
  readonly #notes: Collection<WrittenCollection>;

  constructor(store: Store) {
    this.#notes = store.collection<WrittenCollection>('vector_sources');
  }

  /** Call it before anything is written. */
  async note(name: string, { address, pipeline, request }: Writing): Promise<void> {
    const requests = requestText(request);
    const added = { addresses: address, pipelines: pipeline.name, sources: pipeline.source.collection, requests };
    await this.#notes.updateOne({ _id: name }, { $addToSet: added }, { upsert: true });
  }

  get(name: string): Promise<WrittenCollection | null> {
    return this.#notes.findOne({ _id: name });
  }

  /** All of them, by name. */
  all(): AsyncIterable<WrittenCollection> {
    return this.#notes.find({}, { sort: { _id: 1 } });
  }

  /** Call it after the collection was dropped. */
  async forget(name: string): Promise<void> {
    await this.#notes.deleteMany({ _id: name });
  }
}
