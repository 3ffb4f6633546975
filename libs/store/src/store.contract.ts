import { describe, it } from '@jest/globals';
import { describeBulks } from './contract/bulks.contract.js';
import { describeClaiming } from './contract/claiming.contract.js';
import { describeIndexes } from './contract/indexes.contract.js';
import { describeInserting } from './contract/inserting.contract.js';
import { describeLifetime } from './contract/lifetime.contract.js';
import { describeMatching } from './contract/matching.contract.js';
import { describePaging } from './contract/paging.contract.js';
import { describeProjecting } from './contract/projecting.contract.js';
import { describeRefusals } from './contract/refusals.contract.js';
import { describeSorting } from './contract/sorting.contract.js';
import { describeUpdating } from './contract/updating.contract.js';
import type { MakeStore } from './contract/bundle.contract.js';

export { RefusingServer } from './mongo/refusing-server.contract.js';
export type { MakeStore, StoreBundle } from './contract/bundle.contract.js';

export interface StoreUnderTest {
  /** What the tests' server cannot show, with the reason. Each is listed as a skipped test. */
  readonly cannot?: readonly string[];
}

/** The guarantees of every adapter of the store. `make` returns an empty store; `reopen` opens it again on the same data. */
export function describeStoreContract(name: string, make: MakeStore, { cannot = [] }: StoreUnderTest = {}): void {
  describe(`${name} keeps the store's contract`, () => {
    describeInserting(make);
    describeMatching(make);
    describeSorting(make);
    describeProjecting(make);
    describePaging(make);
    describeUpdating(make);
    describeRefusals(make);
    describeBulks(make);
    describeClaiming(make);
    describeIndexes(make);
    describeLifetime(make);
    for (const reason of cannot) it.skip(`not testable here: ${reason}`, () => undefined);
  });
}
