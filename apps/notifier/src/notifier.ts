import {
  BatchSettled,
  Clock,
  DocumentsRetryScheduled,
  Ids,
  ResultsIngested,
  RunAccepted,
  RunFinished,
  RunRejected,
  classOf,
  topicPrefix,
  type Event,
} from '@batchmill/contracts';
import { delayAfter } from '@batchmill/pipeline';
import { Notifications, type Leased, type Moves, type Notification, type Step } from '@batchmill/records';
import { Consumes, LineSettings, Stage, Works, jitterFrom, type Received } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { payloadOf } from './payload-of.js';
import { Webhook } from './webhook.js';

const givesUpAfterMs = 24 * 3_600_000;
const firstPauseMs = 1_000;
const longestPauseMs = 3_600_000;

/** Tells people what happened: in the log, and at the webhook where there is one. */
@Stage({ name: 'notifier', produces: [] })
export class Notifier {
  constructor(
    private readonly notifications: Notifications,
    private readonly webhook: Webhook,
    private readonly settings: LineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
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
      try {
        await this.webhook.post(this.settings.webhookUrl, notification.id, payload);
      } catch (error) {
        yield this.#afterFailure(notification, error);
        return;
      }
    }
    if (channel === 'log') this.log.info(`told: ${event}`, { operation: 'notifier', ...payload });
    yield notification.with({ deliveredAt: this.clock.now() }).to('delivered');
  }

  /** Nobody else waits for a receiver that is away: the rest of the line is as ready as before. */
  #afterFailure(notification: Leased<Notification>, cause: unknown): Step<never> {
    const { createdAt, event } = notification.data;
    const failures = notification.data.failures + 1;
    const error = cause instanceof Error ? cause.message : String(cause);
    const fields = { operation: 'notifier', notificationId: notification.id, told: event, attempt: failures, error };
    if (this.clock.now().getTime() - createdAt.getTime() > givesUpAfterMs) {
      this.log.error('a notification was not taken for a day and is given up', fields);
      return notification.with({ failures }).to('given-up');
    }
    this.log.warn('a notification was not taken; tried again later', fields);
    const pauseMs = delayAfter(failures - 1, {
      baseMs: firstPauseMs,
      capMs: longestPauseMs,
      jitter: jitterFrom(this.ids),
    });
    return notification.with({ failures }).wait(new Date(this.clock.now().getTime() + pauseMs));
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
