import { isBatchmillError } from '@batchmill/contracts';
import { Pipelines, type RunPlan } from '@batchmill/pipeline';
import { Documents, moveAlias, type AliasMove, type Leased, type Run } from '@batchmill/records';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';

/** At the end of a run, lets searches find the vectors of another model once no search finds less among them. */
@Injectable()
export class AliasMover {
  constructor(
    private readonly pipelines: Pipelines,
    private readonly documents: Documents,
    private readonly vectors: Vectors,
    private readonly log: Log,
  ) {}

  /**
   * Null: there is nothing to move, or the run was cancelled or stopped. A process that dies meanwhile is followed by another, which begins
   * again. A run ends also where the alias cannot be moved: the next one tries again.
   */
  async move(run: Leased<Run>, plan: RunPlan): Promise<AliasMove | null> {
    if (run.data.cancelRequestedAt !== null || run.data.reason !== null) return null;
    const { pipelines, documents, vectors } = this;
    try {
      const move = await moveAlias({ pipelines, documents, vectors }, plan, () => run.throwIfStopping());
      if (move !== null) this.#note(run.id, move);
      return move;
    } catch (error) {
      if (!isBatchmillError(error)) throw error;
      this.log.warn('the alias of the vectors could not be looked at or moved; the next run tries again', {
        operation: 'chunk-scanner',
        runId: run.id,
        code: error.code,
      });
      return null;
    }
  }

  #note(runId: string, { alias, from, to, isDone }: AliasMove): void {
    const message = isDone
      ? 'the alias was moved to the collection of the run'
      : 'the alias stays, since the collection of the run lacks vectors';
    this.log.info(message, { operation: 'chunk-scanner', runId, alias, from, to });
  }
}
