import {
  BatchSettled,
  Clock,
  DocumentsRetryScheduled,
  ResultsIngested,
  RunAccepted,
  RunFinished,
  RunRejected,
  classOf,
  topicPrefix,
  type Event,
} from '@batchmill/contracts';
import { Notifications, type Leased, type Moves, type Notification } from '@batchmill/records';
import { Consumes, LineSettings, Stage, Works, type Received } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { payloadOf } from './payload-of.js';
import { Webhook } from './webhook.js';

/** Tells people what happened: in the log, and at the webhook where there is one. */
@Stage({ name: 'notifier', produces: [] })
export class Notifier {
  constructor(
    private readonly notifications: Notifications,
    private readonly webhook: Webhook,
    private readonly settings: LineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  @Consumes(RunAccepted)
  async *runAccepted(event: RunAccepted, received: Received): Moves {
    yield* this.#tell(event, received);
  }

  @Consumes(RunRejected)
  async *runRejected(event: RunRejected, received: Received): Moves {
    yield* this.#tell(event, received);
  }

  @Consumes(BatchSettled)
  async *batchSettled(event: BatchSettled, received: Received): Moves {
    if (event.reason !== 'completed') yield* this.#tell(event, received);
  }

  @Consumes(ResultsIngested)
  async *resultsIngested(event: ResultsIngested, received: Received): Moves {
    yield* this.#tell(event, received);
  }

  @Consumes(DocumentsRetryScheduled)
  async *retryScheduled(event: DocumentsRetryScheduled, received: Received): Moves {
    yield* this.#tell(event, received);
  }

  @Consumes(RunFinished)
  async *runFinished(event: RunFinished, received: Received): Moves {
    yield* this.#tell(event, received);
  }

  @Works({ on: Notifications, in: 'due' })
  async *deliver(notification: Leased<Notification>): Moves {
    const { channel, event, payload } = notification.data;
    if (channel === 'webhook' && this.settings.webhookUrl !== null) {
      await this.webhook.post(this.settings.webhookUrl, notification.id, payload);
    }
    if (channel === 'log') this.log.info(`told: ${event}`, { operation: 'notifier', ...payload });
    yield notification.with({ deliveredAt: this.clock.now() }).to('delivered');
  }

  /** One notification per fact and channel, however often the fact is heard. */
  async *#tell(event: Event, received: Received): Moves {
    const name = topicPrefix + classOf(event).event;
    const payload = payloadOf(event, this.clock.now());
    for (const channel of this.settings.webhookUrl === null ? ['log'] : ['log', 'webhook']) {
      const traceparent = traceparentOf() ?? received.traceparent;
      yield this.notifications.insertion(
        this.notifications.new(received.id, { channel, event: name, payload, traceparent }),
      );
    }
  }
}
