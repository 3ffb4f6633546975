import {
  ValidationError,
  installationHeader,
  isDependencyUnavailable,
  type Event,
  type EventClass,
} from '@batchmill/contracts';
import { deadLetterOf, type Bus, type IncomingMessage } from '@batchmill/bus';
import { recordedError, type Transition } from '@batchmill/records';
import { countError, countMessage, inSpan, type MessageOutcome } from '@batchmill/telemetry';
import type { EngineSettings } from './engine-settings.js';
import { Outage } from './outage.js';
import { readMessage, receivedOf, type Received, type Unusable } from './read-message.js';
import { assertDeclared, type StageDefinition } from './stage-definition.js';
import type { WorkDependencies } from './work.js';

/** What a stage does with the messages of one topic. */
export interface TopicHandling {
  readonly event: EventClass;
  readonly consume: ((event: Event, received: Received) => Promise<AsyncIterable<Transition>>) | null;
  readonly consumeUnusable: ((unusable: Unusable) => Promise<AsyncIterable<Transition>>) | null;
  /** Signals the loops that the event is declared to signal. */
  readonly signal: (event: Event) => void;
  /** Signals a record that was recorded just now to the loops that no event signals. */
  readonly signalRecorded: (recordId: string) => void;
}

/**
 * Handles the messages of one stage. `handle` resolves when a message can be committed: its input is recorded, its signal
 * is passed on, or it is dead-lettered. It rejects when a dependency is unavailable; the message is redelivered then. A
 * message of another installation is ignored.
 */
export class MessageIntake {
  readonly group: string;
  readonly #outage: Outage;
  /** The other installations whose messages were reported. */
  readonly #reported = new Set<string>();

  constructor(
    private readonly stage: StageDefinition,
    private readonly topics: ReadonlyMap<string, TopicHandling>,
    private readonly bus: Bus,
    private readonly dependencies: WorkDependencies & { readonly engineSettings: EngineSettings },
  ) {
    this.group = `batchmill.${stage.name}`;
    this.#outage = new Outage(`${stage.name}: handling messages`, stage.name, dependencies);
  }

  /** Handles one message of any of the stage's topics. */
  async handle(message: IncomingMessage): Promise<void> {
    const handling = this.topics.get(message.topic);
    if (handling === undefined) return;
    const installation = message.headers[installationHeader];
    if (installation !== undefined && installation !== this.dependencies.engineSettings.installation) {
      this.#ignore(message, handling, installation);
      return;
    }
    const received = receivedOf(message);
    const { event } = handling.event;
    const attributes = { 'batchmill.stage': this.stage.name, 'batchmill.topic': message.topic };
    let outcome: MessageOutcome = 'redelivered';
    try {
      await inSpan(`${this.stage.name} ${event}`, { parent: received.traceparent, attributes }, async () => {
        outcome = await this.#handleOrDeadLetter(message, received, handling);
      });
      this.#outage.recovered();
    } catch (error) {
      countError(this.stage.name, recordedError(error, this.dependencies.clock.now()).code);
      this.#outage.report(`${this.stage.name}: a message could not be handled; it will be redelivered`, error);
      throw error;
    } finally {
      countMessage(this.stage.name, event, outcome);
    }
  }

  /** Reports each other installation once, and once more when one of its requests or commands comes. */
  #ignore({ topic }: IncomingMessage, { event }: TopicHandling, installation: string): void {
    countMessage(this.stage.name, event.event, 'other-installation');
    const reported = `${installation} ${event.isInput}`;
    if (this.#reported.has(reported)) return;
    this.#reported.add(reported);
    const level = event.isInput ? 'error' : 'warn';
    this.dependencies.log[level](
      'messages of another installation are ignored: if it still works, the two take messages from each other, so set ' +
        'BATCHMILL_TOPIC_PREFIX to another text in each',
      { operation: this.stage.name, topic, installation },
    );
  }

  async #handleOrDeadLetter(
    message: IncomingMessage,
    received: Received,
    handling: TopicHandling,
  ): Promise<MessageOutcome> {
    const read = readMessage(message, handling.event);
    if ('problem' in read) {
      await this.#deadLetter(message, received, handling, read.problem, { fields: read.fields, wasRead: false });
      return 'dead-letter';
    }
    if (handling.consume !== null) {
      const failure = await this.#consume(handling.consume, read.event, received, handling.signalRecorded);
      if (failure !== null) {
        await this.#deadLetter(message, received, handling, failure, {
          fields: Object.fromEntries(Object.entries(read.event)),
          wasRead: true,
        });
        return 'dead-letter';
      }
    }
    handling.signal(read.event);
    return 'handled';
  }

  /**
   * Null when the message was recorded, else the error of the last attempt. Rejects when a dependency is unavailable.
   */
  async #consume(
    consume: NonNullable<TopicHandling['consume']>,
    event: Event,
    received: Received,
    signalRecorded: (recordId: string) => void,
  ): Promise<Error | null> {
    const { clock, settings, log } = this.dependencies;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#commit(await consume(event, received), signalRecorded);
        return null;
      } catch (error) {
        if (isDependencyUnavailable(error)) throw error;
        const { message, code } = recordedError(error, clock.now());
        const failure = error instanceof Error ? error : new Error(message);
        if (error instanceof ValidationError || attempt >= settings.maxAttempts) return failure;
        countError(this.stage.name, code);
        log.warn('a message failed; will be retried', { operation: this.stage.name, code, error: message, attempt });
        await clock.sleep(settings.backoffMs);
      }
    }
  }

  async #deadLetter(
    message: IncomingMessage,
    received: Received,
    handling: TopicHandling,
    problem: Error,
    content: Pick<Unusable, 'fields' | 'wasRead'>,
  ): Promise<void> {
    const { code, message: reason } = recordedError(problem, this.dependencies.clock.now());
    countError(this.stage.name, code);
    if (handling.consumeUnusable !== null) {
      await this.#consumeUnusable(handling.consumeUnusable, { ...received, ...content, reason });
    }
    await this.bus.publish([deadLetterOf(message, { group: this.group, code, message: reason })]);
    this.dependencies.log.warn('a message was dead-lettered', {
      operation: this.stage.name,
      topic: message.topic,
      code,
      error: reason,
    });
  }

  /** A failure here is only logged: it must not hold up the messages behind this one. */
  async #consumeUnusable(consume: NonNullable<TopicHandling['consumeUnusable']>, unusable: Unusable): Promise<void> {
    try {
      await this.#commit(await consume(unusable), () => undefined);
    } catch (error) {
      if (isDependencyUnavailable(error)) throw error;
      const { code, message } = recordedError(error, this.dependencies.clock.now());
      const { topic } = unusable;
      this.dependencies.log.error('the stage failed to answer a message that it cannot use', {
        operation: this.stage.name,
        topic,
        code,
        error: message,
      });
    }
  }

  async #commit(transitions: AsyncIterable<Transition>, signalRecorded: (recordId: string) => void): Promise<void> {
    for await (const transition of transitions) {
      assertDeclared(transition, this.stage);
      if (await this.dependencies.publisher.commit(transition)) signalRecorded(transition.recordId);
    }
  }
}
