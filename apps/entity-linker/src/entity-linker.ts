import { Clock, ResultsIngested, RunRequested } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Pipelines, planRun, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  Runs,
  claimableFilter,
  readArchive,
  type ArchivedDocument,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Every, Stage } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';
import { LinkerSettings } from './linker-settings.js';
import { EntityNames } from './matching/entity-names.js';
import { readGroupIds } from './group-ids.js';
import { mergeEntities } from './merge-entities.js';
import { mergeTopics } from './merge-topics.js';
import { readEntities } from './read-entities.js';
import { runIdAt } from './run-id-at.js';
import { slicesOf } from './slices-of.js';
import { entitiesPart, topicsPart, type AnsweredBy } from './story-parts.js';
import { writeRows } from './write-rows.js';

/** In this service's own folder: pipelines/story-groups. */
const pipelineName = 'story-groups';
const pollMs = 60_000;
const sliceDocuments = 50;

/** Asks for topics and entities of story groups, and writes them with the entities that the database knows. */
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

  /** Asks for a run when story groups are pending and none is under way: at most once an hour, over all replicas. */
  @Every(pollMs)
  async *askForRun(): Transitions<RunRequested> {
    if (await this.runs.hasActive(pipelineName)) return;
    const plan = planRun(this.pipelines.get(pipelineName), {});
    if (!(await this.#isAnyPending(plan))) return;
    const runId = runIdAt(pipelineName, this.clock.now());
    const request = { pipeline: pipelineName, endpoint: plan.endpoint };
    const run = this.runs.new(runId, request, traceparentOf());
    // One write holds the run and the fact that it is asked for; where there is a run of that id, neither is written.
    yield this.runs.insert(run, new RunRequested({ runId, ...request }));
  }

  /** Takes up a batch of a run of its own; those of other pipelines are let be. Whatever comes twice is taken up once. */
  @Consumes(ResultsIngested)
  async *resultsIngested({ runId, batchId, archive }: ResultsIngested): Transitions {
    const run = await this.runs.get(runId);
    if (run?.pipeline !== pipelineName || archive == null) return;
    // Read anew for each batch: entities that were added meanwhile are found.
    const names = await EntityNames.read(readEntities(this.documents.collection(this.settings.entities)));
    for await (const answered of slicesOf(readArchive(this.blobs, archive), sliceDocuments)) {
      await this.#takeUp(answered, { runId, batchId }, names);
    }
  }

  /** A document of which this batch answered one function alone leaves what is known of the other as it is. */
  async #takeUp(answered: readonly ArchivedDocument[], by: AnsweredBy, names: EntityNames): Promise<void> {
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
    const pending = { $and: [plan.filter, claimableFilter(plan, this.clock.now())] };
    return (await this.documents.of(plan).findOne(pending, { projection: { _id: 1 } })) !== null;
  }
}
