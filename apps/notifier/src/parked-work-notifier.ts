import { Clock } from '@batchmill/contracts';
import { Batches, Claims, Notifications, Runs, type Transitions, type WorkRecord } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';
import { Channels } from './channels.js';
import { newNotifications } from './new-notifications.js';
import { payloadOfParked, type ParkedIds } from './payloads/parked-payload.js';

const pollMs = 30_000;

/** Records a notification each time that a run, a claim or a batch is parked. */
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
  async *findParked(): Transitions {
    for await (const run of this.runs.parked()) {
      yield* this.#notify(run, { runId: run._id, pipeline: run.pipeline });
    }
    for await (const claim of this.claims.parked()) {
      yield* this.#notify(claim, { runId: claim.runId });
    }
    for await (const batch of this.batches.parked()) {
      const { _id: batchId, runId, pipeline, provider } = batch;
      yield* this.#notify(batch, { runId, batchId, pipeline, providerBatchId: provider?.providerBatchId ?? null });
    }
  }

  *#notify(record: WorkRecord, ids: ParkedIds): ReturnType<typeof newNotifications> {
    const at = record.error?.at ?? this.clock.now();
    const { _id, traceparent } = record;
    const id = `${_id}.parked.${at.getTime()}`;
    yield* newNotifications({ id, topic: null, payload: payloadOfParked(record, ids, at), traceparent }, this);
  }
}
