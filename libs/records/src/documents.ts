import type { RunPlan } from '@batchmill/pipeline';
import type { Collection, Fields, Store } from '@batchmill/store';

/** The users' own collections, perhaps in a database of their own. */
export class Documents {
  constructor(private readonly store: Store) {}

  of(plan: RunPlan): Collection {
    return this.store.collection(plan.pipeline.source.collection);
  }

  /** Any other of them: what a service reads or writes besides its documents. */
  collection<T extends Fields = Fields>(name: string): Collection<T> {
    return this.store.collection<T>(name);
  }
}
