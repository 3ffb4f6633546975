import { accountRefusedCode } from '@batchmill/provider';
import { Batches, Notifications, Runs, type Transitions, type WorkRecord } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';
import { Channels } from './channels.js';
import { newNotifications } from './new-notifications.js';
import { payloadOfHeld, type HeldRun } from './payloads/held-payload.js';

const pollMs = 10_000;
const hourMs = 3_600_000;

/** Records a notification when the provider refuses the account and a run is held because of that. */
@Stage({ name: 'notifier', produces: [] })
export class HeldWorkNotifier {
  constructor(
    readonly notifications: Notifications,
    readonly channels: Channels,
    private readonly runs: Runs,
    private readonly batches: Batches,
  ) {}

  @Every(pollMs)
  async *findHeld(): Transitions {
    for (const held of await this.#heldRuns()) {
      // All batches of a run are refused within moments of each other: they make one notification.
      const hour = Math.floor(held.since.getTime() / hourMs);
      const id = `${held.runId}.held.${held.code ?? 'account'}.${hour}`;
      yield* newNotifications({ id, topic: null, payload: payloadOfHeld(held), traceparent: null }, this);
    }
  }

  /** The first refusal of each run. */
  async #heldRuns(): Promise<Iterable<HeldRun>> {
    const first = new Map<string, HeldRun>();
    const add = (held: HeldRun): void => {
      const known = first.get(held.runId);
      if (known === undefined || held.since < known.since) first.set(held.runId, held);
    };
    for await (const run of this.runs.waitingFor(accountRefusedCode)) {
      const { _id: runId, pipeline } = run;
      add({ runId, pipeline, ...refusalIn(run) });
    }
    for await (const batch of this.batches.waitingFor(accountRefusedCode)) {
      const { runId, pipeline } = batch;
      add({ runId, pipeline, ...refusalIn(batch) });
    }
    for await (const { runId, pipeline, held } of this.batches.heldByAccount()) {
      if (held !== null) add({ runId, pipeline, code: held.code, message: held.message, since: held.since });
    }
    return first.values();
  }
}

function refusalIn({ error, updatedAt }: WorkRecord): Pick<HeldRun, 'code' | 'message' | 'since'> {
  return { code: error?.code ?? null, message: error?.message ?? '', since: error?.at ?? updatedAt };
}
