import 'reflect-metadata';
import { StageStrategy } from '@batchmill/stage';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DueController } from './due/due.controller.js';
import { DueWork } from './due/due-work.js';
import { HealthController } from './health.controller.js';
import { Exposition, MetricsController } from './metrics.controller.js';
import type { Engine } from './engine.js';
import { NestLog } from './nest-log.js';
import { injectedIn } from './injected-in.js';
import { rootModuleOf } from './run-stages.js';
import { portError } from './startup-health.js';

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Prints the metrics in the text format of Prometheus. */
  readonly exposition: () => Promise<string>;
  /** Called when the stages run, before the port is opened. */
  readonly beforeListening?: () => Promise<void>;
}

export interface ServedStages {
  readonly url: string;
  /** Whether something that runs here injects it. */
  readonly injects: (token: unknown) => boolean;
  close(): Promise<void>;
}

/** All interfaces: the probes of a container come from outside. */
export const host = '0.0.0.0';

/** No body that is sent to a service is longer. */
const maxBodyBytes = 65_536;

/** Runs stages, with health, metrics and due work on an HTTP port. Rejects with a ValidationError when the port is in use. */
export async function serveStages(
  engine: Engine,
  stages: readonly Type[],
  { port, exposition, beforeListening = async () => undefined }: ServeOptions,
): Promise<ServedStages> {
  const app = await NestFactory.create<NestFastifyApplication>(
    rootModuleOf(engine, stages, {
      controllers: [HealthController, MetricsController, DueController],
      providers: [
        { provide: Exposition, useValue: new Exposition(exposition) },
        { provide: DueWork, useValue: engine.dueWork },
      ],
    }),
    new FastifyAdapter({ bodyLimit: maxBodyBytes }),
    // Signatures of webhooks are of the raw body.
    { logger: new NestLog(engine.log), abortOnError: false, rawBody: true },
  );
  app.connectMicroservice<MicroserviceOptions>({ strategy: new StageStrategy(engine.hostDependencies) });
  try {
    await app.startAllMicroservices();
    await beforeListening();
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw portError(error, port);
  }
  return { url: await app.getUrl(), injects: injectedIn(app), close: () => app.close() };
}
