import { Clock } from '@batchmill/contracts';
import { Batches, Claims, type Batch, type Leased, type Run } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** `refused`: why the run must not go on. */
export type TrialVerdict = 'waiting' | 'passed' | { readonly refused: string };

/**
 * The trial of a large run: its first claim is small, and the scan goes on when one of its requests was answered, or when it has
 * been at the provider for some minutes. When the provider refuses all requests of one of its batches, the run is stopped, so that
 * a field that the model does not take fails a few documents and not all of them.
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
    const isLimited = request?.limit !== undefined && request.limit <= batchSize;
    return scan.nextNumber > 1 || isLimited || trialDocuments === 0 || trialDocuments >= batchSize
      ? null
      : trialDocuments;
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
  async verdict({ id, data: { scan } }: Leased<Run>, batchSize: number): Promise<TrialVerdict> {
    const { trialDocuments } = this.settings;
    if (trialDocuments === 0 || trialDocuments >= batchSize || scan.nextNumber === 1) return 'passed';
    const claim = await this.claims.get(this.claims.idOf(id, 1));
    // A first claim of more documents is none: the run was not large, or has a limit.
    if (claim === null || claim.parked || claim.documents > trialDocuments) return 'passed';
    const batches = await Array.fromAsync(this.batches.ofClaim(claim._id));
    const verdicts = batches.filter(({ requests }) => requests > 0).map((batch) => this.#verdictOn(batch));
    const refused = verdicts.find((verdict) => typeof verdict === 'object');
    if (refused !== undefined) return refused;
    const isBuilding = claim.state === 'open' || claim.state === 'sealed';
    return isBuilding || verdicts.includes('waiting') ? 'waiting' : 'passed';
  }

  #verdictOn({ _id, state, parked, requests, provider, ingestion }: Batch): TrialVerdict {
    const { succeeded, refused = 0, firstError } = ingestion;
    if (state === 'ingested' && refused === requests) {
      const all = requests === 1 ? 'its request' : `all ${requests} requests`;
      return {
        refused: `the provider refused ${all} of the first batch ${_id} (${firstError ?? 'no code'}), so nothing more was sent; correct the function, then run with --redo failed`,
      };
    }
    // A batch that was ingested tells no more: it expired, was lost, or its requests failed otherwise.
    if (state === 'ingested' || parked || succeeded > 0 || (provider?.counts.completed ?? 0) > 0) return 'passed';
    if (provider === null) return state === 'built' ? 'waiting' : 'passed';
    const waitedMs = this.clock.now().getTime() - provider.submittedAt.getTime();
    return waitedMs < this.settings.trialWaitMs ? 'waiting' : 'passed';
  }
}
