import { Clock, Ids } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Bus } from '@batchmill/bus';
import { Pipelines } from '@batchmill/pipeline';
import { Provider } from '@batchmill/provider';
import {
  AccountProgress,
  Batches,
  Budgets,
  Claims,
  DeadlineForecasts,
  Documents,
  Inbox,
  Ledger,
  Notifications,
  AskedTexts,
  EmbeddedTexts,
  ReusableAnswers,
  RunForecasts,
  RunRecords,
  Runs,
  Schedules,
  Spendings,
  Turnarounds,
} from '@batchmill/records';
import { EngineSettings, Readiness, StateCheck } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Engine } from './engine.js';

/** Provides what the constructors of stages inject. */
@Module({})
export class EngineModule {
  static of(engine: Engine): DynamicModule {
    const provided = [
      [Clock, engine.clock],
      [Ids, engine.ids],
      [Log, engine.log],
      [Blobs, engine.blobs],
      [Bus, engine.bus],
      [Vectors, engine.vectors],
      [Provider, engine.provider],
      [Pipelines, engine.pipelines],
      [EngineSettings, engine.engineSettings],
      [Readiness, engine.readiness],
      [StateCheck, engine.installationWatch],
      [Runs, engine.runs],
      [Claims, engine.claims],
      [Batches, engine.batches],
      [Budgets, engine.budgets],
      [Spendings, engine.spendings],
      [Ledger, engine.ledger],
      [DeadlineForecasts, engine.deadlineForecasts],
      [RunForecasts, engine.runForecasts],
      [RunRecords, engine.runRecords],
      [Turnarounds, engine.turnarounds],
      [ReusableAnswers, engine.reusableAnswers],
      [EmbeddedTexts, engine.embeddedTexts],
      [AskedTexts, engine.askedTexts],
      [AccountProgress, engine.accountProgress],
      [Notifications, engine.notifications],
      [Schedules, engine.schedules],
      [Inbox, engine.inbox],
      [Documents, engine.documents],
    ] as const;
    const providers = provided.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: EngineModule, global: true, providers, exports: provided.map(([token]) => token) };
  }
}
