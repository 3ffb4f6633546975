import { Clock } from '@batchmill/contracts';
import { Batches, Claims, Notifications, Runs, type Transitions, type WorkRecord } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';
import { Channels } from './channels.js';
import { insertionsOf } from './insertions-of.js';
import { payloadOfParked, type ParkedIds } from './payloads/parked-payload.js';

const pollMs = 30_000;

/** Tells of work that was parked after too many tries, each time that it was: it waits for a person. */
@Stage({ name: 'notifier', produces: [] })
export class ParkedWorkNotifier {
  constructor(
    readonly notifications: Notifications,
    readonly channels: Channels,
    private readonly runs: Runs,
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly clock: Clock,
  ) {}

  @Every(pollMs)
  async *look(): Transitions {
    for await (const run of this.runs.parked()) {
      yield* this.#tell(run, { runId: run._id, pipeline: run.pipeline });
    }
    for await (const claim of this.claims.parked()) {
      yield* this.#tell(claim, { runId: claim.runId });
    }
    for await (const batch of this.batches.parked()) {
      const { _id: batchId, runId, pipeline, provider } = batch;
      yield* this.#tell(batch, { runId, batchId, pipeline, providerBatchId: provider?.batchId ?? null });
    }
  }

  *#tell(record: WorkRecord, ids: ParkedIds): ReturnType<typeof insertionsOf> {
    const at = record.error?.at ?? this.clock.now();
    const { _id, traceparent } = record;
    const factId = `${_id}.stuck.${at.getTime()}`;
    yield* insertionsOf({ factId, event: null, payload: payloadOfParked(record, ids, at), traceparent }, this);
  }
}
