import { Clock } from '@batchmill/contracts';
import { trialOf } from '@batchmill/pipeline';
import { Batches, Claims, askedRequestsOf, type Batch, type Claim, type Leased, type Run } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** `refused`: why the run must not go on. */
export type TrialVerdict = 'waiting' | 'passed' | { readonly refused: string };

/**
 * The trial of a large run: its first claim is small, and the scan goes on when one of its requests was answered, or when it has
 * been at the provider for some minutes. When the provider refuses all requests of one of its batches, or all of the claim with
 * their batches, the run is stopped, so that a field that the model does not take fails a few documents and not all of them.
 */
@Injectable()
export class Trial {
  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly settings: EngineSettings,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** How many documents the next claim may have. Null: it is not the first one, or runs have no trial. */
  documentsOf({ scan, request }: Run, batchSize: number): number | null {
    const { trialDocuments } = this.settings;
    return scan.nextNumber > 1 ? null : trialOf({ batchSize, trialDocuments, limit: request?.limit });
  }

  /** Says that a run begins with a trial, since the rest of it may wait for some minutes. */
  announce(runId: string): void {
    const { trialDocuments, trialWaitMs } = this.settings;
    this.log.info('the run begins with a few documents; the rest is sent once one of them is answered', {
      operation: 'chunk-scanner',
      runId,
      documents: trialDocuments,
      waitsAtMostMs: trialWaitMs,
    });
  }

  /** May the scan open a further claim? */
  async verdict({ id, data }: Leased<Run>, batchSize: number): Promise<TrialVerdict> {
    const { scan } = data;
    const { trialDocuments } = this.settings;
    if (this.#isOverFor(data)) return 'passed';
    if (trialDocuments === 0 || trialDocuments >= batchSize || scan.nextNumber === 1) return 'passed';
    const claim = await this.claims.get(this.claims.idOf(id, 1));
    // A first claim of more documents is none: the run was not large, or has a limit.
    if (claim === null || claim.parked || claim.documents > trialDocuments) return 'passed';
    const batches = await this.#batchesOf(claim);
    const hasFailed =
      batches.length > 0 && batches.every(({ state, reason }) => state === 'ingested' && reason === 'failed');
    if (hasFailed) return this.#verdictOnFailed(id, batches);
    const verdicts = batches.map((batch) => this.#verdictOn(batch));
    const refused = verdicts.find((verdict) => typeof verdict === 'object');
    if (refused !== undefined) return refused;
    const isBuilding = claim.state === 'open' || claim.state === 'sealed';
    return isBuilding || verdicts.includes('waiting') ? 'waiting' : 'passed';
  }

  /** A run with a deadline waits for its trial for a tenth of its time at most. */
  #isOverFor({ deadlineAt, startedAt }: Run): boolean {
    if (deadlineAt == null || startedAt === null) return false;
    const tenthMs = (deadlineAt.getTime() - startedAt.getTime()) / 10;
    return this.clock.now().getTime() >= startedAt.getTime() + tenthMs;
  }

  /** The provider refused the batches as a whole. What their documents come to is shown by the batches that follow. */
  async #verdictOnFailed(runId: string, first: readonly Batch[]): Promise<TrialVerdict> {
    const following = await this.#retriesOf(runId);
    const answered = following.some((batch) => batch.reason !== 'failed' && this.#verdictOn(batch) === 'passed');
    if (answered) return 'passed';
    const all = [...first, ...following];
    const requests = sumOf(first, askedRequestsOf);
    if (sumOf(all, ({ ingestion }) => ingestion.refused ?? 0) >= requests) return refusal(first, requests);
    const lastChangeMs = Math.max(...all.map(({ updatedAt }) => updatedAt.getTime()));
    return this.clock.now().getTime() - lastChangeMs < this.settings.trialWaitMs ? 'waiting' : 'passed';
  }

  /** The batches of the claims that follow the first one, up to the next claim of the scan. */
  async #retriesOf(runId: string): Promise<Batch[]> {
    const batches: Batch[] = [];
    for (let number = 2; ; number += 1) {
      const claim = await this.claims.get(this.claims.idOf(runId, number));
      if (claim?.kind !== 'retry') return batches;
      batches.push(...(await this.#batchesOf(claim)));
    }
  }

  async #batchesOf(claim: Claim): Promise<Batch[]> {
    return (await Array.fromAsync(this.batches.ofClaim(claim._id))).filter(({ requests }) => requests > 0);
  }

  #verdictOn(batch: Batch): TrialVerdict {
    const { state, parked, provider, ingestion } = batch;
    const requests = askedRequestsOf(batch);
    const { succeeded, refused = 0 } = ingestion;
    if (state === 'ingested' && refused === requests) return refusal([batch], requests);
    // A batch that was ingested tells no more: it expired, was lost, or its requests failed otherwise.
    if (state === 'ingested' || parked || succeeded > 0 || (provider?.counts.completed ?? 0) > 0) return 'passed';
    if (provider === null) return state === 'built' ? 'waiting' : 'passed';
    const waitedMs = this.clock.now().getTime() - provider.submittedAt.getTime();
    return waitedMs < this.settings.trialWaitMs ? 'waiting' : 'passed';
  }
}

function refusal([first]: readonly Batch[], requests: number): TrialVerdict {
  const all = requests === 1 ? 'its request' : `all ${requests} requests`;
  return {
    refused: `the provider refused ${all} of the first batch ${first?._id} (${first?.ingestion.firstError ?? 'no code'}), so nothing more was sent; correct the function, then run with --redo failed`,
  };
}

function sumOf(batches: readonly Batch[], of: (batch: Batch) => number): number {
  return batches.reduce((sum, batch) => sum + of(batch), 0);
}
