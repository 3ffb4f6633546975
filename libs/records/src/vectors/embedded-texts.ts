import { isDependencyUnavailable } from '@batchmill/contracts';
import type { EmbeddingFunction, Pipelines, RunPlan, VectorTarget } from '@batchmill/pipeline';
import type { Vectors } from '@batchmill/vectors';

/** The function that embeds, and where its vectors go. */
interface Embedding {
  readonly definition: EmbeddingFunction;
  readonly target: VectorTarget;
}

/**
 * Vectors of texts that were embedded before, by the hashes of these. They are read from the rows of the vector store: in the collection
 * of the run, and in those of other pipelines that send the same for a text. So there is no second copy of them, and what is deleted
 * there is not found any more.
 */
export class EmbeddedTexts {
  constructor(
    private readonly vectors: Vectors,
    private readonly pipelines: Pipelines,
  ) {}

  /** The vectors of those texts that a row has. Collections of earlier versions, which do not have the hashes, have none. */
  async find(plan: RunPlan, textHashes: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const own = embeddingOf(plan.endpointPlan);
    const found = new Map<string, Float32Array>();
    if (own === null) return found;
    let left = [...new Set(textHashes)];
    for (const target of this.#targetsOf(own)) {
      if (left.length === 0) break;
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
      return await this.vectors.findVectors(collection, { field, texts, where: { [model]: definition.model } });
    } catch (error) {
      // What is wrong with the collection of another pipeline is not this run's matter.
      if (collection === target.collection || isDependencyUnavailable(error)) throw error;
      return new Map();
    }
  }

  /** The run's own collection first. None into which a pipeline writes vectors of other requests. */
  #targetsOf(own: Embedding): VectorTarget[] {
    const targets = new Map([[own.target.collection, own.target]]);
    const mixed = new Set<string>();
    for (const name of this.pipelines.names()) {
      const other = embeddingOf(this.pipelines.get(name).embeddings);
      if (other === null) continue;
      if (asksTheSame(own.definition, other.definition)) targets.set(other.target.collection, other.target);
      else if (own.definition.model === other.definition.model) mixed.add(other.target.collection);
    }
    return [...targets.values()].filter(({ collection }) => !mixed.has(collection));
  }
}

function embeddingOf(plan: RunPlan['endpointPlan'] | null): Embedding | null {
  const definition = plan?.functions.find((each) => each.kind === 'embedding');
  const target = plan?.vectors ?? null;
  return definition === undefined || target === null ? null : { definition, target };
}

/** Whether the requests for a text are the same: some providers have fields that change the vector. */
function asksTheSame(one: EmbeddingFunction, other: EmbeddingFunction): boolean {
  const asked = ({ model, baseModel, dimensions, body }: EmbeddingFunction): string =>
    JSON.stringify([model, baseModel, dimensions, Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return asked(one) === asked(other);
}
