import type { RunPlan } from '@batchmill/pipeline';
import type { ReuseByFunction } from '@batchmill/records';

/** Which texts to embed repeat among the documents of a run, in the order of the scan. */
export class RepeatedTexts {
  readonly #asked = new Set<string>();
  #documents = 0;

  constructor(private readonly plan: RunPlan) {}

  /** Adds the next document. Returns those of its functions of which no request is sent. */
  add(reuse: ReuseByFunction): ReadonlySet<string> {
    const { redo, endpointPlan } = this.plan;
    // Where all documents are redone, texts are shared within a batch file alone.
    if (redo === 'all' && this.#documents % endpointPlan.batchSize === 0) this.#asked.clear();
    this.#documents += 1;
    const unsent = new Set<string>();
    for (const [name, { key, answer }] of reuse) {
      const isText = endpointPlan.vectors !== null;
      if (answer !== null || (isText && this.#asked.has(key))) unsent.add(name);
      else if (isText) this.#asked.add(key);
    }
    return unsent;
  }
}
