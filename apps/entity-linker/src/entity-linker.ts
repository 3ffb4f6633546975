import { Clock } from '@batchmill/contracts';
import { ResultsIngested, ResultsReprocessed, RunRequested } from '@batchmill/contracts/events';
import { Blobs } from '@batchmill/blobs';
import { Pipelines, planRun, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  Runs,
  readArchive,
  scanFilter,
  slicesOf,
  type ArchivedDocument,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Every, Stage } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';
import { readGroupIds } from './group-ids.js';
import { LinkerSettings } from './linker-settings.js';
import { readEntities } from './matching/entity.js';
import { EntityNames } from './matching/entity-names.js';
import { mergeEntities, mergeTopics } from './merge-parts.js';
import { entitiesPart, topicsPart, type AnsweredBy } from './story-parts.js';
import { writeRows } from './write-rows.js';

/** In this service's own folder: pipelines/story-groups. */
const pipelineName = 'story-groups';
const pollMs = 60_000;
const sliceDocuments = 50;

/** Requests topics and entities of story groups, and writes them, linked with the entities of the database. */
@Stage({ name: 'entity-linker', produces: [RunRequested] })
export class EntityLinker {
  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly pipelines: Pipelines,
    private readonly clock: Clock,
    private readonly settings: LinkerSettings,
  ) {}

  /** Requests a run when story groups are pending and no run is unfinished: at most one an hour, across all replicas. */
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
    await this.#linkAnswers(event);
  }

  /** Answers that could be read only later are archived then. */
  @Consumes(ResultsReprocessed)
  async *resultsReprocessed(event: ResultsReprocessed): Transitions {
    await this.#linkAnswers(event);
  }

  async #linkAnswers({ runId, batchId, archive }: ResultsIngested | ResultsReprocessed): Promise<void> {
    const run = await this.runs.get(runId);
    if (run?.pipeline !== pipelineName || archive == null) return;
    // Read for each batch, so that entities added since the last one are found.
    const names = await EntityNames.read(readEntities(this.documents.collection(this.settings.entities)));
    for await (const answered of slicesOf(readArchive(this.blobs, archive), sliceDocuments)) {
      await this.#writeAnswers(answered, { runId, batchId }, names);
    }
  }

  /** When a batch answered only one function for a document, what is stored for the other function stays. */
  async #writeAnswers(answered: readonly ArchivedDocument[], by: AnsweredBy, names: EntityNames): Promise<void> {
    const { storyTopics, storyEntities, threshold } = this.settings;
    const { source } = this.pipelines.get(pipelineName);
    const topics = this.documents.collection(storyTopics);
    const entities = this.documents.collection(storyEntities);
    const groupIds = await readGroupIds(answered, {
      documents: this.documents.collection(source.collection),
      field: source.parentIdField,
      rows: [topics, entities],
    });
    const topicsParts = answered.flatMap((document) => topicsPart(document, by) ?? []);
    const entitiesParts = answered.flatMap((document) => entitiesPart(document, by, { names, threshold }) ?? []);
    await Promise.all([
      ...writeRows({ collection: topics, parts: topicsParts, groupIds, merge: mergeTopics }),
      ...writeRows({ collection: entities, parts: entitiesParts, groupIds, merge: mergeEntities }),
    ]);
  }

  async #isAnyPending(plan: RunPlan): Promise<boolean> {
    const groups = this.documents.of(plan);
    const filter = await scanFilter(groups, plan, { now: this.clock.now(), among: {} });
    return (await groups.findOne(filter, { projection: { _id: 1 } })) !== null;
  }
}

/** `story-groups-20260102-15`: the same for a whole hour (UTC), so that two replicas, or a restart, request one run. */
function runIdAt(at: Date): string {
  const hour = at.toISOString().slice(0, 13).replaceAll('-', '').replace('T', '-');
  return `${pipelineName}-${hour}`;
}
