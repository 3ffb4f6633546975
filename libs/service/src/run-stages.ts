import 'reflect-metadata';
import { StageStrategy } from '@batchmill/stage';
import { Module, type INestMicroservice, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { LineModule } from './line.module.js';
import type { Line } from './line.js';
import { NestLog } from './nest-log.js';

/** Runs stages in this process, without an HTTP server. Resolves when they are at work; `close` stops them gracefully. */
export async function runStages(line: Line, stages: readonly Type[]): Promise<{ close(): Promise<void> }> {
  const app: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(rootOf(line, stages), {
    strategy: new StageStrategy(line.hostNeeds),
    logger: new NestLog(line.log),
    abortOnError: false,
  });
  await app.listen();
  return { close: () => app.close() };
}

/** A module that holds the stages and what they need, and `more` beside them. */
export function rootOf(
  line: Line,
  stages: readonly Type[],
  more: Pick<ModuleMetadata, 'controllers' | 'providers'> = {},
): Type {
  @Module({ imports: [LineModule.of(line), ...stages], ...more })
  class RootModule {}
  return RootModule;
}
