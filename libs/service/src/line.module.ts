import { Clock, Ids } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Pipelines } from '@batchmill/pipeline';
import { Provider } from '@batchmill/provider';
import { Batches, Budgets, Claims, Documents, Notifications, Runs, Schedules } from '@batchmill/records';
import { LineSettings, Readiness } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Line } from './line.js';

/** Gives every stage what its constructor asks for. */
@Module({})
export class LineModule {
  static of(line: Line): DynamicModule {
    const given = [
      [Clock, line.clock],
      [Ids, line.ids],
      [Log, line.log],
      [Blobs, line.blobs],
      [Vectors, line.vectors],
      [Provider, line.provider],
      [Pipelines, line.pipelines],
      [LineSettings, line.line],
      [Readiness, line.readiness],
      [Runs, line.runs],
      [Claims, line.claims],
      [Batches, line.batches],
      [Budgets, line.budgets],
      [Notifications, line.notifications],
      [Schedules, line.schedules],
      [Documents, line.documents],
    ] as const;
    const providers = given.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: LineModule, global: true, providers, exports: given.map(([token]) => token) };
  }
}
