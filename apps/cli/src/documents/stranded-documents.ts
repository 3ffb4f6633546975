import {
  heldFilter,
  heldMarksOf,
  markOf,
  releaseUpdate,
  type Claims,
  type DocumentMarks,
  type MarkedFields,
} from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { BulkUpdate } from '@batchmill/store';

/** Where documents carry marks: a collection and the fields of one endpoint. Several pipelines may share one. */
interface MarkedCollection extends MarkedFields {
  readonly collection: string;
}

/** Documents in progress under a claim on which this state does not work. */
export interface StrandedClaim {
  readonly collection: string;
  /** The installation that the documents name; null: they name none. */
  readonly installation: string | null;
  /** The claim's name on the documents. */
  readonly claim: string;
  readonly documents: number;
  readonly claimedAt: Date | null;
}

const sliceSize = 500;

/** Finds and releases documents that are in progress under a claim that this state has no unfinished record of. */
export class StrandedDocuments {
  readonly #collections: readonly MarkedCollection[];
  /** By the claims' names on documents. */
  readonly #isStranded = new Map<string, boolean>();

  /** `pipelines`: those whose documents are looked at. */
  constructor(
    private readonly engine: Engine,
    pipelines: readonly string[],
  ) {
    this.#collections = markedCollectionsOf(engine, pipelines);
  }

  async find(): Promise<StrandedClaim[]> {
    const found = new Map<string, StrandedClaim>();
    for await (const { place, marks } of this.#stranded()) {
      const key = JSON.stringify([place.collection, place.infoField, marks.claimId]);
      found.set(key, {
        collection: place.collection,
        installation: marks.installation ?? null,
        claim: marks.claimId,
        documents: (found.get(key)?.documents ?? 0) + 1,
        claimedAt: marks.claimedAt ?? null,
      });
    }
    return [...found.values()];
  }

  /** Releases the documents of the claims that are chosen. Returns how many it released. */
  async release(isChosen: (installation: string | null) => boolean): Promise<number> {
    let released = 0;
    for (const place of this.#collections) {
      let updates: BulkUpdate[] = [];
      const flush = async (): Promise<void> => {
        if (updates.length === 0) return;
        released += (await this.engine.documentStore.collection(place.collection).bulk(updates)).modified;
        updates = [];
      };
      for await (const { id, marks } of this.#strandedIn(place)) {
        if (!isChosen(marks.installation ?? null)) continue;
        updates.push(releaseUpdate(place, id, marks));
        if (updates.length >= sliceSize) await flush();
      }
      await flush();
    }
    return released;
  }

  async *#stranded(): AsyncGenerator<{ place: MarkedCollection; marks: DocumentMarks & { claimId: string } }> {
    for (const place of this.#collections) {
      for await (const { marks } of this.#strandedIn(place)) yield { place, marks };
    }
  }

  async *#strandedIn(
    place: MarkedCollection,
  ): AsyncGenerator<{ id: unknown; marks: DocumentMarks & { claimId: string } }> {
    const projection = { [place.status.field]: 1, [place.infoField]: 1 } as const;
    const documents = this.engine.documentStore.collection(place.collection);
    for await (const document of documents.find(heldFilter(place), { projection })) {
      const marks = heldMarksOf(place, document);
      let isStranded = this.#isStranded.get(marks.claimId);
      if (isStranded === undefined) {
        isStranded = await isStrandedClaim(this.engine.claims, marks.claimId);
        this.#isStranded.set(marks.claimId, isStranded);
      }
      if (isStranded) yield { id: document['_id'], marks };
    }
  }
}

/** A claim's name on documents begins with its id. */
async function isStrandedClaim(claims: Claims, name: string): Promise<boolean> {
  const [id = name] = name.split('~');
  const claim = await claims.get(id);
  return claim === null || markOf(claim) !== name || !claims.activeStates.some((state) => state === claim.state);
}

function markedCollectionsOf({ pipelines }: Engine, names: readonly string[]): MarkedCollection[] {
  const found = new Map<string, MarkedCollection>();
  for (const name of names) {
    const { source, embeddings, inference } = pipelines.get(name);
    for (const endpoint of [embeddings, inference]) {
      if (endpoint === null) continue;
      const { status, infoField } = endpoint;
      found.set(JSON.stringify([source.collection, infoField, status]), {
        collection: source.collection,
        status,
        infoField,
      });
    }
  }
  return [...found.values()];
}
