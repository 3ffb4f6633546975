import { BatchSubmitterModule, batchSubmitterErrorCodes } from '@batchmill/batch-submitter';
import { ChunkScannerModule, chunkScannerErrorCodes } from '@batchmill/chunk-scanner';
import { JsonlBuilderModule, jsonlBuilderErrorCodes } from '@batchmill/jsonl-builder';
import { NotifierModule, notifierErrorCodes } from '@batchmill/notifier';
import { ResultIngesterModule, resultIngesterErrorCodes } from '@batchmill/result-ingester';
import { StatusPollerModule, statusPollerErrorCodes } from '@batchmill/status-poller';
import type { Type } from '@nestjs/common';

export interface StageEntry {
  /** Its folder in `apps`, its service in docker-compose.yml, and the `name` of its `@Stage`. */
  readonly name: string;
  readonly module: Type;
  /** For the README's table: a verb and what it is done to. */
  readonly does: string;
  /** For the reference of errors. */
  readonly errorCodes: Readonly<Record<string, string>>;
  /** Records the commands for runs. Without such a stage `batchmill runs cancel` and the like do nothing. */
  readonly handlesCommands: boolean;
  /** Runs while draining: it handles what is at the provider already and starts nothing new. */
  readonly drains: boolean;
}

/**
 * The one list of stages, in the order in which work passes through them. Processes that run several stages, the
 * reference, the README's table, the check of docker-compose.yml and the tests derive theirs from it. Consumers are found
 * by `findConsumers` and are not listed.
 */
export const stageList = [
  {
    name: 'chunk-scanner',
    module: ChunkScannerModule,
    does: 'finds the documents of a run, claims them in pages, finishes claims and runs',
    errorCodes: chunkScannerErrorCodes,
    handlesCommands: true,
    drains: false,
  },
  {
    name: 'jsonl-builder',
    module: JsonlBuilderModule,
    does: "builds batch files from a claim, within the provider's limits",
    errorCodes: jsonlBuilderErrorCodes,
    handlesCommands: false,
    drains: false,
  },
  {
    name: 'batch-submitter',
    module: BatchSubmitterModule,
    does: 'uploads a file and creates the provider batch, once',
    errorCodes: batchSubmitterErrorCodes,
    handlesCommands: false,
    drains: false,
  },
  {
    name: 'status-poller',
    module: StatusPollerModule,
    does: 'polls a batch until it is settled',
    errorCodes: statusPollerErrorCodes,
    handlesCommands: false,
    drains: true,
  },
  {
    name: 'result-ingester',
    module: ResultIngesterModule,
    does: 'writes results in slices, idempotently: vectors, answers, retries, cost',
    errorCodes: resultIngesterErrorCodes,
    handlesCommands: false,
    drains: true,
  },
  {
    name: 'notifier',
    module: NotifierModule,
    does: 'sends notifications: to the log, to a signed webhook and by e-mail',
    errorCodes: notifierErrorCodes,
    handlesCommands: false,
    drains: true,
  },
] as const satisfies readonly StageEntry[];

export type StageName = (typeof stageList)[number]['name'];

export const stageNames: readonly StageName[] = stageList.map(({ name }) => name);
export const stages: readonly Type[] = stageList.map(({ module }) => module);
export const commandStages: readonly Type[] = stageList.flatMap((stage) => (stage.handlesCommands ? stage.module : []));
export const drainingStages: readonly Type[] = stageList.flatMap((stage) => (stage.drains ? stage.module : []));
/** Carry out `batchmill batch reprocess`, which asks the provider for nothing. */
export const reprocessingStages: readonly Type[] = [ResultIngesterModule];
