import { describe } from '@jest/globals';
import { describePeriodicTasks } from './contract/periodic-tasks.contract.js';
import { describeInput } from './contract/input.contract.js';
import { describeLeases } from './contract/leases.contract.js';
import { describeNest } from './contract/nest.contract.js';
import { describeOutbox } from './contract/outbox.contract.js';
import { describeTracing } from './contract/tracing.contract.js';
import { describeFailedWork } from './contract/failed-work.contract.js';
import { describeSignals } from './contract/signals.contract.js';
import { describeWorkLoop } from './contract/work-loop.contract.js';
import type { MakeStageUnderTest } from './contract/fixture.contract.js';

export type { MakeStageUnderTest, StageUnderTest } from './contract/fixture.contract.js';

/** What the host of stages promises on any store and any bus. `make` gives both, empty. */
export function describeStageContract(name: string, make: MakeStageUnderTest): void {
  describe(`stages on ${name}`, () => {
    describeWorkLoop(make);
    describeLeases(make);
    describeSignals(make);
    describeInput(make);
    describeOutbox(make);
    describeFailedWork(make);
    describePeriodicTasks(make);
    describeTracing(make);
    describeNest(make);
  });
}
