import 'reflect-metadata';
import { StageStrategy } from '@batchmill/stage';
import { Module, type INestMicroservice, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { EngineModule } from './engine.module.js';
import type { Engine } from './engine.js';
import { NestLog } from './nest-log.js';

/** Runs stages in this process, without an HTTP server. Resolves when they run. `close` stops them at a checkpoint. */
export async function runStages(engine: Engine, stages: readonly Type[]): Promise<{ close(): Promise<void> }> {
  const app: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(
    rootModuleOf(engine, stages),
    {
      strategy: new StageStrategy(engine.hostDependencies),
      logger: new NestLog(engine.log),
      abortOnError: false,
    },
  );
  await app.listen();
  return { close: () => app.close() };
}

/** The root module: the stages, what they inject, and `more`. */
export function rootModuleOf(
  engine: Engine,
  stages: readonly Type[],
  more: Pick<ModuleMetadata, 'controllers' | 'providers'> = {},
): Type {
  @Module({ imports: [EngineModule.of(engine), ...stages], ...more })
  class RootModule {}
  return RootModule;
}
