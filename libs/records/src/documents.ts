import type { RunPlan } from '@batchmill/pipeline';
import type { Collection, Store } from '@batchmill/store';

/** The users' own collections, perhaps in a database of their own. */
export class Documents {
  constructor(private readonly store: Store) {}

  of(plan: RunPlan): Collection {
    return this.store.collection(plan.pipeline.source.collection);
  }
}
