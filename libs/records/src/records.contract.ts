import { describe } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { describeAnswering } from './contract/answering.contract.js';
import { describeBudgets } from './contract/budgets.contract.js';
import { describeClaiming } from './contract/claiming.contract.js';
import { describeHolding } from './contract/holding.contract.js';
import { describeIngestersTogether } from './contract/ingesters-together.contract.js';
import { describeInserting } from './contract/inserting.contract.js';
import { describeMoving } from './contract/transitions.contract.js';
import { describeParking } from './contract/parking.contract.js';
import { describeRepairing } from './contract/repairing.contract.js';
import { describeSides } from './contract/endpoint-plans.contract.js';
import { describeTaking } from './contract/taking.contract.js';
import { describeOutbox } from './contract/outbox.contract.js';
import { describeWishes } from './contract/commands.contract.js';

/** What the records promise on every adapter of the store. `make` gives a store that holds nothing. */
export function describeRecordsContract(name: string, make: MakeStore): void {
  describe(`records on ${name}`, () => {
    describeTaking(make);
    describeHolding(make);
    describeMoving(make);
    describeParking(make);
    describeInserting(make);
    describeOutbox(make);
    describeWishes(make);
    describeBudgets(make);
    describeClaiming(make);
    describeAnswering(make);
    describeIngestersTogether(make);
    describeRepairing(make);
    describeSides(make);
  });
}
