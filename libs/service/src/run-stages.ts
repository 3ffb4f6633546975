import 'reflect-metadata';
import { StageStrategy } from '@batchmill/stage';
import { Module, type INestMicroservice, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { EngineModule } from './engine.module.js';
import type { Engine } from './engine.js';
import { NestLog } from './nest-log.js';

/** Runs stages in this process, without an HTTP server. Resolves when they are at work; `close` stops them gracefully. */
export async function runStages(engine: Engine, stages: readonly Type[]): Promise<{ close(): Promise<void> }> {
  const app: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(rootOf(engine, stages), {
    strategy: new StageStrategy(engine.hostDependencies),
    logger: new NestLog(engine.log),
    abortOnError: false,
  });
  await app.listen();
  return { close: () => app.close() };
}

/** A module that holds the stages and what they need, and `more` beside them. */
export function rootOf(
  engine: Engine,
  stages: readonly Type[],
  more: Pick<ModuleMetadata, 'controllers' | 'providers'> = {},
): Type {
  @Module({ imports: [EngineModule.of(engine), ...stages], ...more })
  class RootModule {}
  return RootModule;
}
