import { Clock, ResultsIngested, RunRequested } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Pipelines, planRun, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  Runs,
  claimableFilter,
  endedRunStates,
  planOfRun,
  readArchive,
  type ArchivedDocument,
  type Moves,
} from '@batchmill/records';
import { Consumes, Every, Stage } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';
import { runIdAt } from './run-id-at.js';
import { slicesOf } from './slices-of.js';

/** In this service's own folder: pipelines/__name__. */
const pipelineName = '__name__';
/** Where a document says that its answers were taken up. */
const mark = 'taken_up.__name__';
const lookMs = 60_000;
const sliceDocuments = 500;

/** Asks for runs of its own pipeline, and takes up what they answered. */
@Stage({ name: '__name__', produces: [RunRequested] })
export class __Name__ {
  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly pipelines: Pipelines,
    private readonly clock: Clock,
  ) {}

  /** Asks for a run when documents are pending and none is under way: at most once an hour, over all replicas. */
  @Every(lookMs)
  async *askForRun(): Moves<RunRequested> {
    const underWay = { pipeline: pipelineName, state: { $nin: endedRunStates } };
    if ((await this.runs.count(underWay)) > 0) return;
    const plan = planRun(this.pipelines.get(pipelineName), {});
    if (!(await this.#isAnyPending(plan))) return;
    const runId = runIdAt(pipelineName, this.clock.now());
    const request = { pipeline: pipelineName, endpoint: plan.endpoint };
    const run = this.runs.new(runId, request, traceparentOf());
    // One write holds the run and the fact that it is asked for; where there is a run of that id, neither is written.
    yield this.runs.insertion(run, new RunRequested({ runId, ...request }));
  }

  /** Takes up a batch of a run of its own; those of other pipelines are let be. Whatever comes twice is taken up once. */
  @Consumes(ResultsIngested)
  async *resultsIngested({ runId, archive }: ResultsIngested): Moves {
    const run = await this.runs.get(runId);
    if (run?.pipeline !== pipelineName || archive == null) return;
    const plan = planOfRun(this.pipelines, run);
    for await (const answered of slicesOf(readArchive(this.blobs, archive), sliceDocuments)) {
      await this.#takeUp(plan, answered, runId);
    }
  }

  /**
   * What is done with answered documents: they are marked, under the run as a key. Put yours here: each comes with its
   * answers of this batch. It may be called again for the same documents, after a crash or for a message that came twice:
   * write what must be there once under a key too.
   */
  async #takeUp(plan: RunPlan, answered: readonly ArchivedDocument[], runId: string): Promise<void> {
    const { field, completed } = plan.side.status;
    const ids = answered.map(({ documentId }) => documentId);
    const unmarked = { _id: { $in: ids }, [field]: completed, [`${mark}.runId`]: { $ne: runId } };
    await this.documents.of(plan).updateMany(unmarked, { $set: { [mark]: { runId, at: this.clock.now() } } });
  }

  async #isAnyPending(plan: RunPlan): Promise<boolean> {
    const pending = { $and: [plan.filter, claimableFilter(plan, this.clock.now())] };
    return (await this.documents.of(plan).findOne(pending, { projection: { _id: 1 } })) !== null;
  }
}
