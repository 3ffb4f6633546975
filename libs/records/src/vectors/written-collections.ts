import type { Collection, Fields, Store } from '@batchmill/store';

/** What is known of a collection of vectors into which this installation has written. `_id` is its name. */
export interface WrittenCollection extends Fields {
  readonly _id: string;
  /** Who has made its vectors, by the addresses of the providers. */
  readonly addresses: readonly string[];
  /** Of whose documents its vectors are. Missing in notes of earlier versions. */
  readonly pipelines?: readonly string[];
  /** How its vectors were asked for, a hash for each way. Missing in notes of earlier versions. */
  readonly requests?: readonly string[];
}

interface Writing {
  /** Of the provider. */
  readonly address: string;
  readonly pipeline: string;
  readonly request: string;
}

/** Notes on the collections of vectors into which this installation has written. What holds of a collection itself stands in its store. */
export class WrittenCollections {
  readonly #notes: Collection<WrittenCollection>;

  constructor(store: Store) {
    this.#notes = store.collection<WrittenCollection>('vector_sources');
  }

  /** Call it before anything is written. */
  async note(name: string, { address, pipeline, request }: Writing): Promise<void> {
    const added = { $addToSet: { addresses: address, pipelines: pipeline, requests: request } };
    await this.#notes.updateOne({ _id: name }, added, { upsert: true });
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
