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

  /** Null: there is nothing to move. A process that dies meanwhile is followed by another, which begins again. */
  async move(run: Leased<Run>, plan: RunPlan): Promise<AliasMove | null> {
    const { pipelines, documents, vectors } = this;
    const move = await moveAlias({ pipelines, documents, vectors }, plan, () => run.throwIfStopping());
    if (move !== null) {
      const message = move.isDone
        ? 'the alias was moved to the collection of the run'
        : 'the alias stays, since the collection of the run lacks vectors';
      const { alias, from, to } = move;
      this.log.info(message, { operation: 'chunk-scanner', runId: run.id, alias, from, to });
    }
    return move;
  }
}
