import { formsOfId, idText, readPath } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import type { Collection, Fields, Store } from '@batchmill/store';

/** Ids of a request of which there is no document. */
export interface UnknownIds {
  readonly count: number;
  /** The first ten. */
  readonly first: readonly string[];
}

const idsPerQuery = 500;
const mostNamed = 10;

/** The user's collections, which may be in another database than our records. */
export class Documents {
  constructor(private readonly store: Store) {}

  /** The collection of the run's documents. */
  of(plan: RunPlan): Collection {
    return this.store.collection(plan.pipeline.source.collection);
  }

  /** Any other collection, for services that read or write more than the run's documents. */
  collection<T extends Fields = Fields>(name: string): Collection<T> {
    return this.store.collection<T>(name);
  }

  /** The requested ids that no document of the collection has in the run's field for ids, whatever its status. */
  async unknownIds(plan: RunPlan, ids: readonly (string | number)[]): Promise<UnknownIds> {
    const field = plan.pipeline.source.documentIdField;
    let count = 0;
    const first: string[] = [];
    for (let from = 0; from < ids.length; from += idsPerQuery) {
      const page = ids.slice(from, from + idsPerQuery);
      const found = await this.#textsOf(plan, field, page.flatMap(formsOfId));
      for (const id of page) {
        if (found.has(String(id))) continue;
        // It may stand for an id with another text: 12.50 for 12.5.
        const forms = formsOfId(id);
        if (forms.length > 1 && (await this.of(plan).findOne({ [field]: { $in: forms } })) !== null) continue;
        count += 1;
        if (first.length < mostNamed) first.push(String(id));
      }
    }
    return { count, first };
  }

  async #textsOf(plan: RunPlan, field: string, forms: readonly unknown[]): Promise<ReadonlySet<string>> {
    const texts = new Set<string>();
    for await (const document of this.of(plan).find({ [field]: { $in: forms } }, { projection: { [field]: 1 } })) {
      for (const id of [readPath(document, field)].flat()) texts.add(idText(id));
    }
    return texts;
  }
}
