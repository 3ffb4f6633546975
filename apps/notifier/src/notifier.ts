import {
  Clock,
  DocumentsRetryScheduled,
  Ids,
  ResultsIngested,
  RunAccepted,
  RunFinished,
  RunRejected,
  RunScheduleMissed,
  classOf,
  delayAfter,
  isBatchmillError,
  topicOf,
  type Event,
} from '@batchmill/contracts';
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
import { insertionsOf } from './insertions-of.js';
import { logNotification } from './log-notification.js';
import { messageIdOf } from './message-id.js';
import { payloadOfResults, payloadOfRetry } from './payloads/batch-payload.js';
import { payloadOfEnd, payloadOfMissed, payloadOfRejection, payloadOfStart } from './payloads/run-payload.js';

const givesUpAfterMs = 24 * 3_600_000;
const firstPauseMs = 1_000;
const longestPauseMs = 3_600_000;

/** Tells people what happened: in the log, and by the channels that are set up. */
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

  @Consumes(RunFinished)
  async *runFinished(event: RunFinished, received: Received): Transitions {
    const error = event.succeeded === event.total ? null : await this.#firstErrorOf(event.runId);
    yield* this.#notify(event, payloadOfEnd(event, error, received.at), received);
  }

  @Works({ on: Notifications, in: 'due' })
  async *deliver(notification: Leased<Notification>): Transitions {
    const { channel: name, payload: payload } = notification.data;
    const channel = this.channels.named(name);
    if (name === 'log') logNotification(this.log, payload);
    else if (channel === null) {
      yield notification.to('given-up');
      this.log.warn('a notification is given up: its channel is not set up any more', this.#fieldsOf(notification));
      return;
    } else {
      try {
        const { trouble } = await channel.send({ id: messageIdOf(notification.id), payload, at: this.clock.now() });
        // After this line the receiver has it: who dies before the move makes another tell it again, under the same id.
        if (trouble !== null) this.log.warn(`told, but not as wanted: ${trouble}`, this.#fieldsOf(notification));
      } catch (error) {
        yield* this.#afterFailure(notification, error);
        return;
      }
    }
    yield notification.with({ deliveredAt: this.clock.now() }).to('delivered');
  }

  /** Nobody else waits for a receiver that is away: the rest of the line is as ready as before. */
  async *#afterFailure(notification: Leased<Notification>, cause: unknown): Transitions {
    const now = this.clock.now().getTime();
    const failures = notification.data.failures + 1;
    const error = cause instanceof Error ? cause.message : String(cause);
    const fields = { ...this.#fieldsOf(notification), attempt: failures, error };
    const isGone = isBatchmillError(cause) && cause.code === 'webhook.gone';
    if (isGone || now - notification.data.createdAt.getTime() > givesUpAfterMs) {
      yield notification.with({ failures }).to('given-up');
      const why = isGone ? 'its receiver wants no more' : 'it was not taken for a day';
      this.log.error(`a notification is given up: ${why}`, fields);
      return;
    }
    const jitter = jitterFrom(this.ids);
    const pauseMs = delayAfter(failures - 1, { baseMs: firstPauseMs, capMs: longestPauseMs, jitter });
    yield notification.with({ failures }).wait(new Date(now + pauseMs));
    this.log.warn('a notification was not taken; tried again later', fields);
  }

  #fieldsOf({ id, data: { channel, payload } }: Leased<Notification>) {
    const { runId, batchId, type } = payload;
    return {
      operation: 'notifier',
      notificationId: id,
      messageId: messageIdOf(id),
      channel,
      notified: type,
      runId,
      batchId,
    };
  }

  /** One notification per fact and channel, however often the fact is heard. */
  async *#notify(event: Event, payload: NotificationPayload | null, received: Received): Transitions {
    if (payload === null) return;
    const traceparent = traceparentOf() ?? received.traceparent;
    yield* insertionsOf({ factId: received.id, event: topicOf(classOf(event)), payload, traceparent }, this);
  }

  /** What stood in the way in the first batch of a run that did not answer all. */
  async #firstErrorOf(runId: string): Promise<string | null> {
    return this.batches.firstErrorOfRun(runId);
  }
}
