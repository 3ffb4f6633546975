import { describe } from '@jest/globals';
import { describeClocks } from './contract/periodic-tasks.contract.js';
import { describeInput } from './contract/input.contract.js';
import { describeLeasing } from './contract/leasing.contract.js';
import { describeNest } from './contract/nest.contract.js';
import { describeSaying } from './contract/outbox.contract.js';
import { describeTracing } from './contract/tracing.contract.js';
import { describeTrouble } from './contract/failures.contract.js';
import { describeWaking } from './contract/signaling.contract.js';
import { describeWorking } from './contract/working.contract.js';
import type { MakeStageUnderTest } from './contract/workshop.contract.js';

export type { MakeStageUnderTest, StageUnderTest } from './contract/workshop.contract.js';

/** What the host of stages promises on any store and any bus. `make` gives both, and neither holds anything. */
export function describeStageContract(name: string, make: MakeStageUnderTest): void {
  describe(`stages on ${name}`, () => {
    describeWorking(make);
    describeLeasing(make);
    describeWaking(make);
    describeInput(make);
    describeSaying(make);
    describeTrouble(make);
    describeClocks(make);
    describeTracing(make);
    describeNest(make);
  });
}
