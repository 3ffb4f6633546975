import { describe } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { describeAccountProgress } from './contract/account-progress.contract.js';
import { describeAnswerMarks } from './contract/answer-marks.contract.js';
import { describeBudgets } from './contract/budgets.contract.js';
import { describeSpendings } from './contract/spendings.contract.js';
import { describeLedger } from './contract/ledger.contract.js';
import { describeReusableAnswers } from './contract/reusable-answers.contract.js';
import { describeForgetting } from './contract/forgetting.contract.js';
import { describeRates } from './contract/rates.contract.js';
import { describeClaimMarks } from './contract/claim-marks.contract.js';
import { describeKeptAnswers } from './contract/kept-answers.contract.js';
import { describeMissingFunctions } from './contract/missing-functions.contract.js';
import { describeLeasing } from './contract/leasing.contract.js';
import { describeConcurrentIngesters } from './contract/concurrent-ingesters.contract.js';
import { describeUnleased } from './contract/unleased.contract.js';
import { describeTransitions } from './contract/transitions.contract.js';
import { describeFailedWork } from './contract/failed-work.contract.js';
import { describeRepair } from './contract/repair.contract.js';
import { describeBothEndpoints } from './contract/both-endpoints.contract.js';
import { describeTaking } from './contract/taking.contract.js';
import { describeDue } from './contract/due.contract.js';
import { describeQueries } from './contract/queries.contract.js';
import { describeOutbox } from './contract/outbox.contract.js';
import { describeTurnarounds } from './contract/turnarounds.contract.js';
import { describeDeadlines } from './contract/deadlines.contract.js';
import { describeCommands } from './contract/commands.contract.js';

/** What the records promise on every adapter of the store. `make` gives a store that holds nothing. */
export function describeRecordsContract(name: string, make: MakeStore): void {
  describe(`records on ${name}`, () => {
    describeTaking(make);
    describeLeasing(make);
    describeTransitions(make);
    describeFailedWork(make);
    describeUnleased(make);
    describeOutbox(make);
    describeQueries(make);
    describeDue(make);
    describeCommands(make);
    describeBudgets(make);
    describeSpendings(make);
    describeLedger(make);
    describeTurnarounds(make);
    describeReusableAnswers(make);
    describeAccountProgress(make);
    describeForgetting(make);
    describeRates(make);
    describeDeadlines(make);
    describeClaimMarks(make);
    describeAnswerMarks(make);
    describeKeptAnswers(make);
    describeConcurrentIngesters(make);
    describeRepair(make);
    describeMissingFunctions(make);
    describeBothEndpoints(make);
  });
}
