import { Clock } from '@batchmill/contracts';
import { RunFinished, type RunOutcome } from '@batchmill/contracts/events';
import { usdOf } from '@batchmill/models';
import type { RunPlan } from '@batchmill/pipeline';
import {
  AskedTexts,
  Batches,
  Claims,
  addCost,
  addDocuments,
  allRequestsOf,
  noCost,
  noDocuments,
  type Leased,
  type Run,
  type RunTotals,
  type Transitions,
} from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import { AliasMover } from './alias-mover.js';
import { VectorPruner } from './vector-pruner.js';

/** Ends a run whose scan has ended and whose claims are all done. */
@Injectable()
export class RunCloser {
  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly askedTexts: AskedTexts,
    private readonly vectorPruner: VectorPruner,
    private readonly aliasMover: AliasMover,
    private readonly clock: Clock,
  ) {}

  async canClose(run: Leased<Run>): Promise<boolean> {
    const unfinished = await this.claims.countActiveOfRun(run.id);
    return run.data.scan.ended && unfinished === 0;
  }

  /** `plan`: null where the run's pipeline is gone or was changed. */
  async *close(run: Leased<Run>, plan: RunPlan | null): Transitions<RunFinished> {
    const number = run.data.scan.nextNumber;
    const endClaim = this.claims.new(run.id, number, {
      kind: 'end',
      previousClaimId: null,
      positionAfter: null,
      scanEnds: true,
      members: null,
      traceparent: run.data.traceparent,
    });
    // After this line an earlier holder of the run's lease cannot open a claim: the next claim number is in use.
    yield this.claims.insert({ ...endClaim, state: 'done', counts: noDocuments });
    const stored = await this.claims.get(endClaim._id);
    if (stored?.kind !== 'end') {
      yield run.wait(this.clock.now());
      return;
    }
    await this.askedTexts.deleteOfRun(run.id);
    if (plan !== null) await this.vectorPruner.prune(run, plan);
    const aliasMove = plan === null ? null : await this.aliasMover.move(run, plan);
    const totals = await this.#totals(run.id);
    const outcome = this.#outcome(run, totals);
    const { succeeded, failed, left, takenOver } = totals.documents;
    yield run.with({ totals, finishedAt: this.clock.now(), ...(aliasMove !== null && { aliasMove }) }).to(
      outcome,
      new RunFinished({
        runId: run.id,
        pipeline: run.data.pipeline ?? '',
        outcome,
        total: succeeded + failed + left + takenOver,
        succeeded,
        failed,
        takenOver,
        usd: usdOf(totals.cost.nanoUsd),
      }),
    );
  }

  #outcome(run: Leased<Run>, { documents }: RunTotals): RunOutcome {
    if (run.data.cancelRequestedAt !== null) return 'cancelled';
    const wasStopped = run.data.reason !== null;
    return documents.left > 0 || wasStopped ? 'incomplete' : 'finished';
  }

  async #totals(runId: string): Promise<RunTotals> {
    let documents = noDocuments;
    for await (const { counts } of this.claims.ofRun(runId)) documents = addDocuments(documents, counts ?? noDocuments);
    let totals: RunTotals = { documents, requests: 0, batches: 0, tokens: { input: 0, output: 0 }, cost: noCost };
    for await (const batch of this.batches.ofRun(runId)) {
      const { requests, ingestion } = batch;
      totals = {
        documents,
        requests: totals.requests + allRequestsOf(batch),
        batches: totals.batches + (requests > 0 ? 1 : 0),
        tokens: {
          input: totals.tokens.input + ingestion.tokens.input,
          output: totals.tokens.output + ingestion.tokens.output,
        },
        cost: addCost(totals.cost, ingestion.cost),
      };
    }
    return totals;
  }
}
