import type { RunPlan } from '@batchmill/pipeline';
import type { Collection, Fields, Store } from '@batchmill/store';

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
}
