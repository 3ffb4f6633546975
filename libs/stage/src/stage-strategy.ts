import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Transition } from '@batchmill/records';
import { definitionKey, type HandlerDefinition, type StageDefinition } from './stage-definition.js';
import { StageHost, type Handler, type HostDependencies } from './stage-host.js';

/**
 * Nest's transport for stages: it runs a host with the decorated methods of all controllers while the app runs.
 */
export class StageStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  #host: StageHost | null = null;

  constructor(private readonly dependencies: HostDependencies) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.#host = new StageHost(handlersOf(this.messageHandlers), this.dependencies);
    this.#host.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.#host?.stop();
  }

  on(): never {
    throw new Error('The stage host has no transport events to listen to.');
  }

  unwrap<T>(): T {
    throw new Error('The stage host has no client to unwrap.');
  }
}

function handlersOf(messageHandlers: ReadonlyMap<string, MessageHandler>): Handler[] {
  return [...messageHandlers.values()].flatMap((messageHandler) => {
    const extras = messageHandler.extras as Record<string, unknown> | undefined;
    const definition = extras?.[definitionKey] as HandlerDefinition | undefined;
    if (definition === undefined) return [];
    return [{ definition: withStage(definition), call: (...input) => call(messageHandler, input) }];
  });
}

function withStage(definition: HandlerDefinition): Handler['definition'] {
  const stage: StageDefinition | null = definition.stage;
  if (stage === null) throw new Error(`The class of the method ${definition.method} lacks its @Stage decorator.`);
  return { ...definition, stage };
}

/** Nest returns the method's generator as it is, or in an observable when interceptors are in use. */
async function call(handler: MessageHandler, input: readonly unknown[]): Promise<AsyncIterable<Transition>> {
  const result: unknown = await handler(input[0], input[1]);
  const transitions: unknown = isObservable(result) ? await lastValueFrom(result) : result;
  // The decorators accept only methods that return async generators of transitions.
  return transitions as AsyncIterable<Transition>;
}
