import { planRun, type RunPlan } from '@batchmill/pipeline';
import { failedFilter } from '@batchmill/records';
import { documentFilters, type Engine } from '@batchmill/service';
import type { RunOptions } from '../run-options.js';
import { formatQuantity } from '../show/format.js';
import { nothingMatchesText } from './nothing-matches.js';

export interface NothingPending {
  /** Why a run found nothing to ask, and the command that goes on. */
  readonly reason: string;
  /** How many of its documents failed in earlier runs. */
  readonly failed: number;
}

export async function whyNothingPending(engine: Engine, name: string, options: RunOptions): Promise<NothingPending> {
  const plan = planRun(engine.pipelines.get(name), options);
  const documents = engine.documents.of(plan);
  const { collection } = plan.pipeline.source;
  const { status } = plan.endpointPlan;
  const { matching } = await documentFilters(documents, plan, options, engine.clock.now());
  const [stored, matched, failed, inProgress] = await Promise.all([
    documents.count({}),
    documents.count(matching),
    documents.count({ $and: [matching, failedFilter(plan.endpointPlan, { runId: null, withCompleted: false })] }),
    documents.count({ $and: [matching, { [status.field]: status.inProgress }] }),
  ]);
  const run = `batchmill run ${name} --endpoint ${plan.endpoint}`;
  if (matched === 0) {
    const queriedStatusField = plan.endedFilter === null ? status.field : null;
    return { failed, reason: nothingMatchesText({ collection, stored, queriedStatusField }) };
  }
  if (failed > 0) {
    const count = formatQuantity(failed, 'document');
    return {
      failed,
      reason: `${count} failed earlier; see: batchmill documents list ${name} --failed; run them again with: ${run} --redo failed`,
    };
  }
  if (inProgress > 0) {
    return {
      failed,
      reason: `${formatQuantity(inProgress, 'document')} in progress in other runs; see: batchmill runs list`,
    };
  }
  if (await isFilling(engine, plan)) {
    return {
      failed,
      reason: `all that match are completed, for an earlier collection; embed them again with: ${run} --redo stale`,
    };
  }
  return { failed, reason: `all that match are completed; run them again with: ${run} --redo all` };
}

/** Whether the alias of the vectors points to another collection than that of the plan. */
async function isFilling({ vectors }: Engine, { endpointPlan: { vectors: target } }: RunPlan): Promise<boolean> {
  if (target?.alias == null) return false;
  const searched = await vectors.collectionOf(target.alias);
  return searched !== null && searched.name !== target.collection;
}
