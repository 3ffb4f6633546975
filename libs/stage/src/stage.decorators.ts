import 'reflect-metadata';
import type { Event, EventClass } from '@batchmill/contracts';
import type { Leased, Transition, WorkRecord } from '@batchmill/records';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Received, Unusable } from './received.js';
import { definitionKey, type HandlerDefinition, type RecordsClass, type StageDefinition } from './stage-definition.js';

type Steps = AsyncGenerator<Transition, void, undefined>;
/** Accepts a method that takes what the decorator gives and yields what a stage may yield. */
type MethodDecoratorOf<M> = <D extends M>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<D>,
) => void;

const methodsKey = Symbol('batchmill.methods');

/** A Nest controller whose methods are the work of one stage. */
export function Stage(definition: StageDefinition): ClassDecorator {
  return (target) => {
    Controller()(target);
    for (const handler of definitionsOn(target.prototype as object)) handler.stage = definition;
  };
}

/**
 * The method works on records in one state, each under a lease. A message of `signaledBy` names a record to look at now;
 * the clock finds those that no message told of.
 */
export function Works<T extends WorkRecord>(work: {
  on: RecordsClass<T>;
  in: T['state'];
  signaledBy?: readonly EventClass[];
}): MethodDecoratorOf<(record: Leased<T>) => Steps> {
  return handler((method) => ({
    kind: 'works',
    stage: null,
    method,
    // The host reads it back under the same class: the record's type is tied here, by the signature.
    on: work.on as unknown as RecordsClass,
    in: work.in,
    signaledBy: work.signaledBy ?? [],
  }));
}

/** The method takes in a message: it yields the insertion of a record under an id that makes a second delivery the same. */
export function Consumes<E extends Event>(
  event: EventClass<E>,
): MethodDecoratorOf<(event: E, received: Received) => Steps> {
  return handler((method) => ({ kind: 'consumes', stage: null, method, event }));
}

/** The method answers a message of this event that cannot be used, before it is dead-lettered. */
export function ConsumesUnusable(event: EventClass): MethodDecoratorOf<(unusable: Unusable) => Steps> {
  return handler((method) => ({ kind: 'consumes-unusable', stage: null, method, event }));
}

/** The method is called again and again, with that much time between the end of one call and the next. */
export function Every(
  intervalMs: number | { setting: 'sweepMs' },
): MethodDecoratorOf<() => AsyncGenerator<Transition, void, undefined>> {
  return handler((method) => ({ kind: 'every', stage: null, method, intervalMs }));
}

/** What the decorators say of a stage's methods. The reference is printed from it. */
export function declaredOf(stageClass: abstract new (...needs: never[]) => object): readonly HandlerDefinition[] {
  return definitionsOn(stageClass.prototype as object);
}

function handler<M>(define: (method: string) => HandlerDefinition): MethodDecoratorOf<M> {
  return (target, method, descriptor) => {
    const definition = define(method);
    definitionsOn(target).push(definition);
    // Nest hands over what its parameter decorators ask for: what is worked on, and where it comes from.
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    // One pattern per method: Nest would join handlers of one pattern into one.
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
