import { Clock } from '@batchmill/contracts';
import { ResultsIngested, ResultsReprocessed, RunRequested } from '@batchmill/contracts/events';
import { Blobs } from '@batchmill/blobs';
import { Pipelines, planRun, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  Runs,
  claimableFilter,
  planOfRun,
  readArchive,
  type ArchivedDocument,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Every, Stage } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';

/** In this service's own folder: pipelines/__name__. */
const pipelineName = '__name__';
/** The field of a document that marks its answers as handled. */
const mark = 'handled_by.__name__';
const pollMs = 60_000;
const sliceDocuments = 500;

/** Requests runs of its own pipeline, and handles their answers. */
@Stage({ name: '__name__', produces: [RunRequested] })
export class __Name__ {
  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly pipelines: Pipelines,
    private readonly clock: Clock,
  ) {}

  /** Requests a run when documents are pending and no run is unfinished: at most one an hour, over all replicas. */
  @Every(pollMs)
  async *requestRun(): Transitions<RunRequested> {
    if (await this.runs.hasActive(pipelineName)) return;
    const plan = planRun(this.pipelines.get(pipelineName), {});
    if (!(await this.#isAnyPending(plan))) return;
    const runId = runIdAt(this.clock.now());
    const request = { pipeline: pipelineName, endpoint: plan.endpoint };
    const run = this.runs.new(runId, request, traceparentOf());
    // One write inserts the run and its event. If there is a run with this id, neither is written.
    yield this.runs.insert(run, new RunRequested({ runId, ...request }));
  }

  /** Handles the answers of one batch of its own runs. Handling them again changes nothing. */
  @Consumes(ResultsIngested)
  async *resultsIngested(event: ResultsIngested): Transitions {
    await this.#handleArchive(event);
  }

  /** Answers that could not be used at first, and were used after a repair. */
  @Consumes(ResultsReprocessed)
  async *resultsReprocessed(event: ResultsReprocessed): Transitions {
    await this.#handleArchive(event);
  }

  async #handleArchive({ runId, archive }: ResultsIngested | ResultsReprocessed): Promise<void> {
    const run = await this.runs.get(runId);
    if (run?.pipeline !== pipelineName || archive == null) return;
    const plan = planOfRun(this.pipelines, run);
    for await (const answered of slicesOf(readArchive(this.blobs, archive), sliceDocuments)) {
      await this.#handle(plan, answered, runId);
    }
  }

  /**
   * Marks answered documents, with the run as a key. Put your own code here: each document comes with its answers of this
   * batch. It may be called again for the same documents, after a crash or when a message is delivered twice. So write what
   * must exist once under a key, too.
   */
  async #handle(plan: RunPlan, answered: readonly ArchivedDocument[], runId: string): Promise<void> {
    const { field, completed } = plan.endpointPlan.status;
    const ids = answered.map(({ documentId }) => documentId);
    const unmarked = { _id: { $in: ids }, [field]: completed, [`${mark}.runId`]: { $ne: runId } };
    await this.documents.of(plan).updateMany(unmarked, { $set: { [mark]: { runId, at: this.clock.now() } } });
  }

  async #isAnyPending(plan: RunPlan): Promise<boolean> {
    const pending = { $and: [plan.filter, claimableFilter(plan, this.clock.now())] };
    return (await this.documents.of(plan).findOne(pending, { projection: { _id: 1 } })) !== null;
  }
}

/** `__name__-20260102-15`: the same for a whole hour (UTC), so that two replicas, or a restart, request one run. */
function runIdAt(at: Date): string {
  const hour = at.toISOString().slice(0, 13).replaceAll('-', '').replace('T', '-');
  return `${pipelineName}-${hour}`;
}

/** Divides items into slices of at most `size`, so that memory does not grow with their number. */
async function* slicesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let slice: T[] = [];
  for await (const item of items) {
    slice.push(item);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
