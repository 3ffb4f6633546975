import { heldFilter, heldMarksOf, markOf, releaseUpdate, type Claims, type DocumentMarks } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { BulkUpdate } from '@batchmill/store';
import { markedPlaces, type MarkedPlace } from './marked-places.js';

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
  readonly #places: readonly MarkedPlace[];
  /** By the claims' names on documents. */
  readonly #isStranded = new Map<string, boolean>();

  /** `pipelines`: those whose documents are looked at. */
  constructor(
    private readonly engine: Engine,
    pipelines: readonly string[],
  ) {
    this.#places = markedPlaces(engine, pipelines);
  }

  async find(): Promise<StrandedClaim[]> {
    const found = new Map<string, StrandedClaim>();
    for await (const { place, marks } of this.#stranded()) {
      const { collection } = place.pipeline.source;
      const key = JSON.stringify([collection, place.plan.infoField, marks.claimId]);
      found.set(key, {
        collection,
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
    for (const place of this.#places) {
      let updates: BulkUpdate[] = [];
      const flush = async (): Promise<void> => {
        if (updates.length === 0) return;
        released += (await this.engine.documentStore.collection(place.pipeline.source.collection).bulk(updates))
          .modified;
        updates = [];
      };
      for await (const { id, marks } of this.#strandedIn(place)) {
        if (!isChosen(marks.installation ?? null)) continue;
        updates.push(releaseUpdate(place.plan, id, marks));
        if (updates.length >= sliceSize) await flush();
      }
      await flush();
    }
    return released;
  }

  async *#stranded(): AsyncGenerator<{ place: MarkedPlace; marks: DocumentMarks & { claimId: string } }> {
    for (const place of this.#places) {
      for await (const { marks } of this.#strandedIn(place)) yield { place, marks };
    }
  }

  async *#strandedIn(place: MarkedPlace): AsyncGenerator<{ id: unknown; marks: DocumentMarks & { claimId: string } }> {
    const projection = { [place.plan.status.field]: 1, [place.plan.infoField]: 1 } as const;
    const documents = this.engine.documentStore.collection(place.pipeline.source.collection);
    for await (const document of documents.find(heldFilter(place.plan), { projection })) {
      const marks = heldMarksOf(place.plan, document);
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
