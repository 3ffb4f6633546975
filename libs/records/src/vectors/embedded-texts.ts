import { TimeoutError, isDependencyUnavailable } from '@batchmill/contracts';
import type { EmbeddingFunction, Pipelines, RunPlan, VectorTarget } from '@batchmill/pipeline';
import type { Provider } from '@batchmill/provider';
import { expectModelOfRows, type Vectors } from '@batchmill/vectors';
import { vectorCollectionOf } from './vector-collection.js';
import { requestText, type WrittenCollection, type WrittenCollections } from './written-collections.js';

/** For how long a collection of another pipeline is left out that did not answer in time. */
const leftOutMs = 600_000;

/** The function that embeds, and where its vectors go. */
interface Embedding {
  readonly definition: EmbeddingFunction;
  readonly target: VectorTarget;
}

interface Sources {
  readonly vectors: Vectors;
  readonly pipelines: Pipelines;
  readonly writtenCollections: WrittenCollections;
  readonly provider: Provider;
}

/**
 * Vectors of texts that were embedded before, by the hashes of these. They are read from the rows of the vector store: in the collection
 * of the run, and in those of other pipelines that send the same for a text. So there is no second copy of them, and what is deleted
 * there is not found any more. A row does not say who has made its vector. So only collections are read into which this installation
 * has written, and never with another provider, such as the simulator.
 */
export class EmbeddedTexts {
  /** Until when collections are left out that did not answer in time, by `performance.now()`. */
  readonly #leftOut = new Map<string, number>();

  constructor(private readonly sources: Sources) {}

  /**
   * Creates the collection of a run's vectors and its alias if they are missing, expects that its rows are of the run's model, and notes
   * who makes these. Call it before anything is requested.
   */
  async prepare({ pipeline, endpointPlan }: RunPlan): Promise<void> {
    const own = embeddingOf(endpointPlan);
    if (own === null) return;
    const { target, definition } = own;
    const { vectors, writtenCollections, provider } = this.sources;
    const { collection, alias, model, originFields } = target;
    await vectors.ensureCollection(vectorCollectionOf(target));
    await expectModelOfRows(vectors, collection, { field: originFields.model, model });
    const { address } = provider.accountInfo;
    await writtenCollections.note(collection, { address, pipeline, request: definition });
    // One that points elsewhere stays there until this collection is whole.
    if (alias === null || (await vectors.collectionOf(alias)) !== null) return;
    await vectors.setAlias(alias, await this.#searchedBefore(pipeline.name, collection));
  }

  /** Where a new alias points: to the pipeline's collection, unless that is empty and another one has vectors of its documents. */
  async #searchedBefore(pipeline: string, collection: string): Promise<string> {
    const { vectors, writtenCollections } = this.sources;
    if ((await vectors.count(collection)) > 0) return collection;
    let [most, found] = [0, collection];
    for await (const { _id: name, pipelines = [] } of writtenCollections.all()) {
      if (name === collection || !pipelines.includes(pipeline) || (await vectors.describe(name)) === null) continue;
      const count = await vectors.count(name);
      if (count > most) [most, found] = [count, name];
    }
    return found;
  }

  /**
   * False: another provider has made vectors of the run's collection, or the same one was asked otherwise, with another `body`. Nothing is
   * known of before runs noted this.
   */
  async hasOneSource({ endpointPlan }: RunPlan): Promise<boolean> {
    const own = embeddingOf(endpointPlan);
    const written = await this.sources.writtenCollections.get(own?.target.collection ?? '');
    return own === null || written === null || this.#isSourceOf(written, own);
  }

  /** Whether the vectors of a run are found once they are stored. */
  async canFindIn({ endpointPlan }: RunPlan): Promise<boolean> {
    const own = embeddingOf(endpointPlan);
    if (own === null) return false;
    const targets = await this.#targetsOf(own);
    return targets.some(({ collection }) => collection === own.target.collection);
  }

  /** The vectors of those texts that a row has. Collections of earlier versions, which do not have the hashes, have none. */
  async find(plan: RunPlan, textHashes: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const own = embeddingOf(plan.endpointPlan);
    const found = new Map<string, Float32Array>();
    if (own === null || textHashes.length === 0) return found;
    let left = [...new Set(textHashes)];
    for (const target of await this.#targetsOf(own)) {
      if (left.length === 0) break;
      if (performance.now() < (this.#leftOut.get(target.collection) ?? 0)) continue;
      for (const [hash, vector] of await this.#findIn(target, own, left)) {
        // Another pipeline's collection may have other dimensions than it says, until it is run.
        if (vector.length === own.definition.dimensions) found.set(hash, vector);
      }
      left = left.filter((hash) => !found.has(hash));
    }
    return found;
  }

  async #findIn(
    { collection, originFields }: VectorTarget,
    { definition, target }: Embedding,
    texts: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const { textHash: field, model } = originFields;
    try {
      return await this.sources.vectors.findVectors(collection, { field, texts, where: { [model]: definition.model } });
    } catch (error) {
      // What is wrong with the collection of another pipeline is not this run's matter: it may not be loaded for hours.
      const isSlow = error instanceof TimeoutError;
      if (collection === target.collection || (isDependencyUnavailable(error) && !isSlow)) throw error;
      if (isSlow) this.#leftOut.set(collection, performance.now() + leftOutMs);
      return new Map();
    }
  }

  /** Whether each of a collection's vectors was made by this provider, and as this run asks. */
  #isSourceOf({ addresses, requests = [] }: WrittenCollection, { definition }: Embedding): boolean {
    const { address } = this.sources.provider.accountInfo;
    const request = requestText(definition);
    return addresses.every((each) => each === address) && requests.every((each) => each === request);
  }

  /** The run's own collection first. None into which a pipeline writes vectors of other requests. */
  async #targetsOf(own: Embedding): Promise<VectorTarget[]> {
    const { pipelines, writtenCollections } = this.sources;
    const targets = new Map([[own.target.collection, own.target]]);
    const mixed = new Set<string>();
    for (const name of pipelines.names()) {
      const other = embeddingOf(pipelines.get(name).embeddings);
      if (other === null) continue;
      const asksTheSame = requestText(own.definition) === requestText(other.definition);
      if (asksTheSame) targets.set(other.target.collection, other.target);
      else if (own.definition.model === other.definition.model) mixed.add(other.target.collection);
    }
    const sources = new Set<string>();
    for await (const written of writtenCollections.all()) {
      const { _id: collection, requests } = written;
      if (!this.#isSourceOf(written, own)) continue;
      sources.add(collection);
      // One that no pipeline writes any more has the rows that it had.
      if (requests !== undefined && !targets.has(collection)) targets.set(collection, { ...own.target, collection });
    }
    return [...targets.values()].filter(({ collection }) => sources.has(collection) && !mixed.has(collection));
  }
}

function embeddingOf(plan: RunPlan['endpointPlan'] | null): Embedding | null {
  const definition = plan?.functions.find((each) => each.kind === 'embedding');
  const target = plan?.vectors ?? null;
  return definition === undefined || target === null ? null : { definition, target };
}
