import { ValidationError, isDependencyUnavailable, type Event, type EventClass } from '@batchmill/contracts';
import { deadLetterOf, type Bus, type IncomingMessage } from '@batchmill/bus';
import type { Transition } from '@batchmill/records';
import { countMessage, inSpan, type MessageOutcome } from '@batchmill/telemetry';
import { Outage } from './outage.js';
import { assertDeclared } from './assert-declared.js';
import { readMessage, receivedOf } from './read-message.js';
import { recordedError } from '@batchmill/records';
import type { Received, Unusable } from './received.js';
import type { StageDefinition } from './stage-definition.js';
import type { LoopDependencies } from './work-loop.js';

/** What a stage does with the messages of one topic. */
export interface TopicHandling {
  readonly event: EventClass;
  readonly consume: ((event: Event, received: Received) => Promise<AsyncIterable<Transition>>) | null;
  readonly answerUnusable: ((unusable: Unusable) => Promise<AsyncIterable<Transition>>) | null;
  /** Wakes every loop that the event wakes. */
  readonly signal: (event: Event) => void;
  /** Looks at a record that was recorded just now, for the loops that no event wakes. */
  readonly signalRecorded: (recordId: string) => void;
}

/**
 * Takes in the messages of one stage. It resolves when the message can be committed: input is recorded, a wake is passed
 * on, what cannot be used is a dead letter. It rejects when a dependency is away, and the message comes again.
 */
export class MessageIntake {
  readonly group: string;
  readonly #absence: Outage;

  constructor(
    private readonly stage: StageDefinition,
    private readonly topics: ReadonlyMap<string, TopicHandling>,
    private readonly bus: Bus,
    private readonly dependencies: LoopDependencies,
  ) {
    this.group = `batchmill.${stage.name}`;
    this.#absence = new Outage(`${stage.name} takes messages in`, stage.name, dependencies);
  }

  async take(message: IncomingMessage): Promise<void> {
    const handling = this.topics.get(message.topic);
    if (handling === undefined) return;
    const received = receivedOf(message);
    const { event } = handling.event;
    const attributes = { 'batchmill.stage': this.stage.name, 'batchmill.topic': message.topic };
    let outcome: MessageOutcome = 'again';
    try {
      await inSpan(`${this.stage.name} ${event}`, { parent: received.traceparent, attributes }, async () => {
        outcome = await this.#handle(message, received, handling);
      });
      this.#absence.recovered();
    } catch (error) {
      this.#absence.report(`${this.stage.name}: a message could not be taken in; it comes again`, error);
      throw error;
    } finally {
      countMessage(this.stage.name, event, outcome);
    }
  }

  async #handle(message: IncomingMessage, received: Received, handling: TopicHandling): Promise<MessageOutcome> {
    const read = readMessage(message, handling.event);
    if ('problem' in read) {
      await this.#putAside(message, received, handling, read.problem, read.fields);
      return 'dead-letter';
    }
    if (handling.consume !== null) {
      const failure = await this.#consume(handling.consume, read.event, received, handling.signalRecorded);
      if (failure !== null) {
        await this.#putAside(message, received, handling, failure, {});
        return 'dead-letter';
      }
    }
    handling.signal(read.event);
    return 'handled';
  }

  /** Null: recorded. A few tries, then the error that stands in the way of this message alone. */
  async #consume(
    consume: NonNullable<TopicHandling['consume']>,
    event: Event,
    received: Received,
    wakeRecorded: (recordId: string) => void,
  ): Promise<Error | null> {
    const { clock, settings, log } = this.dependencies;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#carryOut(await consume(event, received), wakeRecorded);
        return null;
      } catch (error) {
        if (isDependencyUnavailable(error)) throw error;
        const { message, code } = recordedError(error, clock.now());
        const failure = error instanceof Error ? error : new Error(message);
        if (error instanceof ValidationError || attempt >= settings.maxAttempts) return failure;
        log.warn('a message failed; tried again', { operation: this.stage.name, code, error: message, attempt });
        await clock.sleep(settings.backoffMs);
      }
    }
  }

  async #putAside(
    message: IncomingMessage,
    received: Received,
    handling: TopicHandling,
    problem: Error,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { code, message: reason } = recordedError(problem, this.dependencies.clock.now());
    if (handling.answerUnusable !== null) {
      await this.#answer(handling.answerUnusable, { ...received, fields, reason });
    }
    await this.bus.publish([deadLetterOf(message, { group: this.group, code, message: reason })]);
    this.dependencies.log.warn('dead letter', {
      operation: this.stage.name,
      topic: message.topic,
      code,
      error: reason,
    });
  }

  /** An answer that cannot be given must not hold up the messages behind this one. */
  async #answer(answerUnusable: NonNullable<TopicHandling['answerUnusable']>, unusable: Unusable): Promise<void> {
    try {
      await this.#carryOut(await answerUnusable(unusable), () => undefined);
    } catch (error) {
      if (isDependencyUnavailable(error)) throw error;
      const { code, message } = recordedError(error, this.dependencies.clock.now());
      const { topic } = unusable;
      this.dependencies.log.error('a dead letter could not be answered', {
        operation: this.stage.name,
        topic,
        code,
        error: message,
      });
    }
  }

  async #carryOut(transitions: AsyncIterable<Transition>, recorded: (recordId: string) => void): Promise<void> {
    for await (const transition of transitions) {
      assertDeclared(transition, this.stage);
      if (await this.dependencies.publisher.commit(transition)) recorded(transition.recordId);
    }
  }
}
