import 'reflect-metadata';
import { type Event } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import type { Transitions } from '@batchmill/records';
import { Consumes, Every, Stage, type Received } from '@batchmill/stage';
import { Module, type Type } from '@nestjs/common';
import { ConsumerRuntime } from './consumer-runtime.js';
import type { ConsumerDefinition } from './define-consumer.js';

/** The stage of a definition that was checked: what decorators make of a class, they make of this one. */
export function consumerModule(definition: ConsumerDefinition): Type {
  const { name, consumes, produces = [], every } = definition;
  class Consumer {
    constructor(readonly runtime: ConsumerRuntime) {}
  }
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class of which only the decorator counts
  class ConsumerModule {}
  Object.defineProperty(Consumer, 'name', { value: name });
  Reflect.defineMetadata('design:paramtypes', [ConsumerRuntime], Consumer);
  for (const eventClass of consumes) {
    const method = addMethod(Consumer, eventClass.event, function (this: Consumer, event: Event, received: Received) {
      return this.runtime.handleOnce(name, received, (ports) => {
        if (definition.handle === undefined) throw new Error(`the consumer ${name} has no method handle`);
        return definition.handle(event, ports);
      });
    });
    Consumes(eventClass)(Consumer.prototype, eventClass.event, method);
  }
  if (every !== undefined) {
    const method = addMethod(Consumer, 'every', function (this: Consumer): Transitions<Event> {
      return this.runtime.callOnce(name, (ports) => every.call(ports));
    });
    Every(every.seconds * 1000)(Consumer.prototype, 'every', method);
  }
  Stage({ name, produces: [...new Set([...produces, RunRequested])] })(Consumer);
  Module({ controllers: [Consumer], providers: [ConsumerRuntime] })(ConsumerModule);
  return ConsumerModule;
}

function addMethod<M>(target: { readonly prototype: object }, name: string, value: M): TypedPropertyDescriptor<M> {
  const descriptor = { value, writable: true, configurable: true };
  Object.defineProperty(target.prototype, name, descriptor);
  return descriptor;
}
