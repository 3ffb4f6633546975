import { Blobs } from '@batchmill/blobs';
import { Clock, Ids, ValidationError, classOf, topicOf, type Event } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { Documents, Inbox, Runs, readArchive, type Transition, type Transitions } from '@batchmill/records';
import { EngineSettings, type Received } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { ConsumerPorts, Handling } from './define-consumer.js';

/** Calls the methods of a consumer, and makes transitions of what they yield. */
@Injectable()
export class ConsumerRuntime {
  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly inbox: Inbox,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  /**
   * A message that was handled before is skipped. An event that was recorded for this message before is not recorded again: its
   * record has an id of the message and the event's fields.
   */
  async *handleOnce(
    consumer: string,
    received: Received,
    handle: (ports: ConsumerPorts) => Handling<Event>,
  ): Transitions<Event> {
    const messageId = `${consumer}.${received.id}`;
    if ((await this.inbox.get(messageId)) !== null) return;
    const times = new Map<string, number>();
    for await (const yielded of this.#yieldedBy(handle)) {
      if (isTransition(yielded)) {
        yield yielded;
        continue;
      }
      const hash = hashOf(yielded);
      const time = (times.get(hash) ?? 0) + 1;
      times.set(hash, time);
      yield this.#record(consumer, `${messageId}.${hash}.${time}`, yielded);
    }
    // After this line a second delivery of the message does nothing.
    yield this.#record(consumer, messageId);
  }

  /** Every event is recorded, whatever was recorded before. */
  async *callOnce(consumer: string, call: (ports: ConsumerPorts) => Handling<Event>): Transitions<Event> {
    for await (const yielded of this.#yieldedBy(call)) {
      yield isTransition(yielded) ? yielded : this.#record(consumer, `${consumer}.${this.ids.next()}`, yielded);
    }
  }

  async *#yieldedBy(
    call: (ports: ConsumerPorts) => Handling<Event>,
  ): AsyncGenerator<Event | Transition<RunRequested>, void, undefined> {
    const returned: unknown = call(this.#ports()); // of JavaScript it may be anything
    if (isAsyncIterable(returned)) {
      for await (const yielded of returned) yield checkYielded(yielded);
      return;
    }
    if (returned !== undefined && !(returned instanceof Promise)) throw notAsync(returned);
    await returned;
  }

  #record(consumer: string, id: string, ...events: Event[]): Transition {
    return this.inbox.insert(this.inbox.new(id, consumer, traceparentOf()), ...events);
  }

  #ports(): ConsumerPorts {
    const { runs, documents, blobs, settings, clock, log } = this;
    return {
      collection: (name) => documents.collection(name),
      answers: ({ archive }) => (archive == null ? noAnswers() : readArchive(blobs, archive)),
      pipelineOf: async ({ runId }) => (await runs.get(runId))?.pipeline ?? null,
      requestRun: ({ runId, ...request }) =>
        runs.insert(runs.new(runId, request, traceparentOf()), new RunRequested({ runId, ...request })),
      setting: (name) => settings.rawSetting(name),
      clock,
      log,
    };
  }
}

function isTransition(yielded: Event | Transition<RunRequested>): yielded is Transition<RunRequested> {
  return 'recordId' in yielded && 'apply' in yielded;
}

function hashOf(event: Event): string {
  const text = `${topicOf(classOf(event))} ${JSON.stringify(event)}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function checkYielded(yielded: unknown): Event | Transition<RunRequested> {
  const isObject = typeof yielded === 'object' && yielded !== null;
  if (isObject && (('recordId' in yielded && 'apply' in yielded) || 'event' in yielded.constructor))
    return yielded as Event | Transition<RunRequested>; // the stage checks which events it may yield
  throw new ValidationError(
    'consumer.bad-yield',
    `a consumer yielded ${isObject ? 'an object that is no event' : typeof yielded}, expected an event made with new, or requestRun(…)`,
  );
}

/** A generator that is not async does nothing unless somebody iterates it. */
function notAsync(returned: unknown): ValidationError {
  const found =
    typeof returned === 'object' && returned !== null && 'next' in returned ? 'a generator' : typeof returned;
  return new ValidationError(
    'consumer.not-async',
    `a method of a consumer returned ${found}, expected it to be async *handle(…), or async handle(…) when it publishes nothing`,
  );
}

async function* noAnswers(): AsyncGenerator<never, void, undefined> {}
