import 'reflect-metadata';
import type { Event, EventClass } from '@batchmill/contracts';
import type { Leased, Transitions, WorkRecord } from '@batchmill/records';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Received, Unusable } from './read-message.js';
import { definitionKey, type HandlerDefinition, type RecordsClass, type StageDefinition } from './stage-definition.js';

/** Accepts only methods of the signature `M`. */
type MethodDecoratorOf<M> = <D extends M>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<D>,
) => void;

const methodsKey = Symbol('batchmill.methods');

/** Makes a class a Nest controller whose decorated methods belong to one stage. */
export function Stage(definition: StageDefinition): ClassDecorator {
  return (target) => {
    Controller()(target);
    for (const handler of definitionsOn(target.prototype as object)) handler.stage = definition;
  };
}

/**
 * The method works on the records in one state, each under a lease. An event of `signaledBy` signals the record that it
 * names; polls find the records that were not signaled.
 */
export function Works<T extends WorkRecord>(work: {
  on: RecordsClass<T>;
  in: T['state'];
  signaledBy?: readonly EventClass[];
}): MethodDecoratorOf<(record: Leased<T>) => Transitions<Event>> {
  return handler((method) => ({
    kind: 'works',
    stage: null,
    method,
    // The signature ties the record's type to the class; the host looks up the records by the same class.
    on: work.on as unknown as RecordsClass,
    in: work.in,
    signaledBy: work.signaledBy ?? [],
  }));
}

/** The method handles a message. It must be idempotent: it inserts records under ids that a second delivery repeats. */
export function Consumes<E extends Event>(
  event: EventClass<E>,
): MethodDecoratorOf<(event: E, received: Received) => Transitions<Event>> {
  return handler((method) => ({ kind: 'consumes', stage: null, method, event }));
}

/** The method is called with a message of this event that cannot be used, before it is dead-lettered. */
export function ConsumesUnusable(event: EventClass): MethodDecoratorOf<(unusable: Unusable) => Transitions<Event>> {
  return handler((method) => ({ kind: 'consumes-unusable', stage: null, method, event }));
}

/** The method is a periodic task. `intervalMs` passes between the end of one call and the next. */
export function Every(intervalMs: number | { setting: 'sweepMs' }): MethodDecoratorOf<() => Transitions<Event>> {
  return handler((method) => ({ kind: 'every', stage: null, method, intervalMs }));
}

/** What the decorators declare about a stage's methods. The reference is printed from it. */
export function declaredOf(
  stageClass: abstract new (...dependencies: never[]) => object,
): readonly HandlerDefinition[] {
  return definitionsOn(stageClass.prototype as object);
}

function handler<M>(define: (method: string) => HandlerDefinition): MethodDecoratorOf<M> {
  return (target, method, descriptor) => {
    const definition = define(method);
    definitionsOn(target).push(definition);
    // Nest passes only decorated parameters: the record or event, and where it was received.
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    // A pattern per method, because Nest joins handlers of the same pattern into one.
    const pattern = `${definition.kind}:${target.constructor.name}.${method}`;
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- without it, handlers of two parameters do not compile (TS1241)
    EventPattern<string>(pattern, { [definitionKey]: definition })(target, method, descriptor);
  };
}

function definitionsOn(prototype: object): HandlerDefinition[] {
  const known = Reflect.getOwnMetadata(methodsKey, prototype) as HandlerDefinition[] | undefined;
  if (known !== undefined) return known;
  const fresh: HandlerDefinition[] = [];
  Reflect.defineMetadata(methodsKey, fresh, prototype);
  return fresh;
}
