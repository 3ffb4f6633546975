import type { RunPlan } from '@batchmill/pipeline';
import { findAnswers, type ReusableAnswers } from '@batchmill/records';
import type { Unit } from './read-units.js';

/** Units whose answers are looked up together. They are held in memory, and rendered again when the file ends among them. */
const unitsPerLookup = 64;

/** The units with the answers that their requests may take: one query for 64 of them. */
export async function* withAnswers(
  units: AsyncIterable<Unit>,
  plan: RunPlan,
  sources: { readonly answers: ReusableAnswers; readonly address: string; readonly now: Date },
): AsyncGenerator<Unit, void, undefined> {
  let page: Unit[] = [];
  const looked = async (): Promise<Unit[]> => {
    const documents = page.map(({ document, rendering }) => ({ document, requests: rendering.requests }));
    const found = await findAnswers(plan, documents, sources);
    return page.map((unit, index) => ({ ...unit, reuse: found[index] ?? unit.reuse }));
  };
  for await (const unit of units) {
    page.push(unit);
    if (page.length < unitsPerLookup) continue;
    yield* await looked();
    page = [];
  }
  if (page.length > 0) yield* await looked();
}
