import { describe } from '@jest/globals';
import { describeClocks } from './contract/clocks.contract.js';
import { describeInput } from './contract/input.contract.js';
import { describeLeasing } from './contract/leasing.contract.js';
import { describeNest } from './contract/nest.contract.js';
import { describeSaying } from './contract/saying.contract.js';
import { describeTracing } from './contract/tracing.contract.js';
import { describeTrouble } from './contract/trouble.contract.js';
import { describeWaking } from './contract/waking.contract.js';
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
