import { EngineModule, type Engine } from '@batchmill/service';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** A stage with its collaborators, built as in a service. It does not run: the test calls its methods. */
export async function stageOn<T>(engine: Engine, module: Type, stage: Type<T>): Promise<T> {
  @Module({ imports: [EngineModule.of(engine), module] })
  class StageModule {}
  const context = await NestFactory.createApplicationContext(StageModule, { logger: false, abortOnError: false });
  return context.get(stage, { strict: false });
}
