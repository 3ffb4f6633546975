import {
  Clock,
  ConnectionError,
  Ids,
  classOf,
  delayAfter,
  isBatchmillError,
  topicOf,
  type Event,
} from '@batchmill/contracts';
import {
  BatchHeld,
  BatchIdle,
  DocumentsRetryScheduled,
  ResultsIngested,
  RunAccepted,
  RunFinished,
  RunProgressed,
  RunRejected,
  RunScheduleMissed,
} from '@batchmill/contracts/events';
import {
  Batches,
  Notifications,
  type Leased,
  type Notification,
  type NotificationPayload,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Stage, Works, jitterFrom, type Received } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { Channels } from './channels.js';
import { logNotification } from './log-notification.js';
import { newNotifications } from './new-notifications.js';
import { messageIdOf } from './notification-ids.js';
import { payloadOfHold, payloadOfIdle, payloadOfResults, payloadOfRetry } from './payloads/batch-payload.js';
import {
  payloadOfEnd,
  payloadOfMissed,
  payloadOfProgress,
  payloadOfRejection,
  payloadOfStart,
} from './payloads/run-payload.js';

const giveUpAfterMs = 24 * 3_600_000;
const minBackoffMs = 1_000;
const maxBackoffMs = 3_600_000;

/** Records a notification per event and channel, and sends it: to the log, and by the channels that are set up. */
@Stage({ name: 'notifier', produces: [] })
export class Notifier {
  constructor(
    readonly notifications: Notifications,
    private readonly batches: Batches,
    readonly channels: Channels,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  @Consumes(RunAccepted)
  async *runAccepted(event: RunAccepted, received: Received): Transitions {
    yield* this.#notify(event, payloadOfStart(event, received.at), received);
  }

  @Consumes(RunProgressed)
  async *runProgressed(event: RunProgressed, received: Received): Transitions {
    yield* this.#notify(event, payloadOfProgress(event, received.at), received);
  }

  @Consumes(RunRejected)
  async *runRejected(event: RunRejected, received: Received): Transitions {
    yield* this.#notify(event, payloadOfRejection(event, received.at), received);
  }

  @Consumes(RunScheduleMissed)
  async *runMissed(event: RunScheduleMissed, received: Received): Transitions {
    yield* this.#notify(event, payloadOfMissed(event, received.at), received);
  }

  @Consumes(ResultsIngested)
  async *resultsIngested(event: ResultsIngested, received: Received): Transitions {
    yield* this.#notify(event, payloadOfResults(event, await this.batches.get(event.batchId), received.at), received);
  }

  @Consumes(DocumentsRetryScheduled)
  async *retryScheduled(event: DocumentsRetryScheduled, received: Received): Transitions {
    yield* this.#notify(event, payloadOfRetry(event, await this.batches.get(event.batchId), received.at), received);
  }

  @Consumes(BatchHeld)
  async *batchHeld(event: BatchHeld, received: Received): Transitions {
    yield* this.#notify(event, payloadOfHold(event, await this.batches.get(event.batchId), received.at), received);
  }

  @Consumes(BatchIdle)
  async *batchIdle(event: BatchIdle, received: Received): Transitions {
    yield* this.#notify(event, payloadOfIdle(event, await this.batches.get(event.batchId), received.at), received);
  }

  @Consumes(RunFinished)
  async *runFinished(event: RunFinished, received: Received): Transitions {
    const error = event.succeeded === event.total ? null : await this.batches.firstErrorOfRun(event.runId);
    yield* this.#notify(event, payloadOfEnd(event, error, received.at), received);
  }

  @Works({ on: Notifications, in: 'due' })
  async *deliver(notification: Leased<Notification>): Transitions {
    const { channel: name, payload } = notification.data;
    const channel = this.channels.named(name);
    if (name === 'log') logNotification(this.log, payload);
    else if (channel === null) {
      yield notification.to('given-up');
      this.log.warn('a notification is given up: its channel is not set up any more', this.#fieldsOf(notification));
      return;
    } else {
      try {
        const { warning } = await channel.send({ id: messageIdOf(notification.id), payload, at: this.clock.now() });
        // After this line the receiver has it. After a crash before the transition it is sent again, under the same id.
        if (warning !== null) this.log.warn(`delivered with a warning: ${warning}`, this.#fieldsOf(notification));
      } catch (error) {
        yield* this.#afterFailure(notification, error);
        return;
      }
    }
    yield notification.with({ deliveredAt: this.clock.now() }).to('delivered');
  }

  /** Retries by the notification's own backoff, or later when the receiver asks for that, up to an hour. An unavailable receiver is no outage: readiness does not depend on it. */
  async *#afterFailure(notification: Leased<Notification>, cause: unknown): Transitions {
    const now = this.clock.now().getTime();
    const failures = notification.data.failures + 1;
    const error = cause instanceof Error ? cause.message : String(cause);
    const fields = { ...this.#fieldsOf(notification), attempt: failures, error };
    const isGone = isBatchmillError(cause) && cause.code === 'webhook.gone';
    if (isGone || now - notification.data.createdAt.getTime() > giveUpAfterMs) {
      yield notification.with({ failures, lastError: error }).to('given-up');
      const reason = isGone ? 'its receiver does not want notifications any more' : 'it was not accepted for a day';
      this.log.error(`a notification is given up: ${reason}`, fields);
      return;
    }
    const jitter = jitterFrom(this.ids);
    const backoffMs = delayAfter(failures - 1, { baseMs: minBackoffMs, capMs: maxBackoffMs, jitter });
    const askedMs = cause instanceof ConnectionError ? Math.min(cause.retryAfterMs, maxBackoffMs) : 0;
    yield notification.with({ failures, lastError: error }).wait(new Date(now + Math.max(backoffMs, askedMs)));
    this.log.warn('a notification was not accepted; it is sent again later', fields);
  }

  #fieldsOf({ id, data: { channel, payload } }: Leased<Notification>) {
    const { runId, batchId, type } = payload;
    return {
      operation: 'notifier',
      notificationId: id,
      messageId: messageIdOf(id),
      channel,
      notificationType: type,
      runId,
      batchId,
    };
  }

  /** Records one notification per event and channel, however often the event is received. */
  async *#notify(event: Event, payload: NotificationPayload | null, received: Received): Transitions {
    if (payload === null) return;
    const traceparent = traceparentOf() ?? received.traceparent;
    yield* newNotifications({ id: received.id, topic: topicOf(classOf(event)), payload, traceparent }, this);
  }
}
