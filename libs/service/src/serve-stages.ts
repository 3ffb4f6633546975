import 'reflect-metadata';
import { StageStrategy } from '@batchmill/stage';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthController } from './health.controller.js';
import { Exposition, MetricsController } from './metrics.controller.js';
import type { Engine } from './engine.js';
import { NestLog } from './nest-log.js';
import { rootOf } from './run-stages.js';
import { portError } from './starting-health.js';

export interface Serving {
  /** 0 is any that is free. */
  readonly port: number;
  /** What is counted, as Prometheus reads it. */
  readonly exposition: () => Promise<string>;
  /** The stages are at work, and the port is taken next. */
  readonly beforeListening?: () => Promise<void>;
}

/** Of every network: a container is asked from outside. */
export const host = '0.0.0.0';

/** Runs stages with their health and counts on an HTTP port. Rejects with a ValidationError when the port is in use. */
export async function serveStages(
  engine: Engine,
  stages: readonly Type[],
  { port, exposition, beforeListening = async () => undefined }: Serving,
): Promise<{ url: string; close(): Promise<void> }> {
  const app = await NestFactory.create<NestFastifyApplication>(
    rootOf(engine, stages, {
      controllers: [HealthController, MetricsController],
      providers: [{ provide: Exposition, useValue: new Exposition(exposition) }],
    }),
    new FastifyAdapter(),
    { logger: new NestLog(engine.log), abortOnError: false },
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
  return { url: await app.getUrl(), close: () => app.close() };
}
