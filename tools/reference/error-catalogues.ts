import { batchSubmitterErrorCodes } from '@batchmill/batch-submitter';
import { blobsErrorCodes } from '@batchmill/blobs';
import { busErrorCodes } from '@batchmill/bus';
import { chunkScannerErrorCodes } from '@batchmill/chunk-scanner';
import { cliErrorCodes } from '@batchmill/cli';
import { contractsErrorCodes } from '@batchmill/contracts';
import { jsonlBuilderErrorCodes } from '@batchmill/jsonl-builder';
import { notifierErrorCodes } from '@batchmill/notifier';
import { pipelineErrorCodes } from '@batchmill/pipeline';
import { providerErrorCodes } from '@batchmill/provider';
import { resultIngesterErrorCodes } from '@batchmill/result-ingester';
import { serviceErrorCodes } from '@batchmill/service';
import { simulatorErrorCodes } from '@batchmill/simulator';
import { stageErrorCodes } from '@batchmill/stage';
import { statusPollerErrorCodes } from '@batchmill/status-poller';
import { storeErrorCodes } from '@batchmill/store';
import { templatesErrorCodes } from '@batchmill/templates';
import { vectorsErrorCodes } from '@batchmill/vectors';

/** Every catalogue of error codes, by its title in the reference. */
export const errorCatalogues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Settings, pipelines and runs': serviceErrorCodes,
  'Command line': cliErrorCodes,
  'Pipelines, requests and answers': pipelineErrorCodes,
  Templates: templatesErrorCodes,
  'chunk-scanner': chunkScannerErrorCodes,
  'jsonl-builder': jsonlBuilderErrorCodes,
  'batch-submitter': batchSubmitterErrorCodes,
  'status-poller': statusPollerErrorCodes,
  'result-ingester': resultIngesterErrorCodes,
  notifier: notifierErrorCodes,
  'Every stage': { ...stageErrorCodes, ...contractsErrorCodes },
  Provider: providerErrorCodes,
  Bus: busErrorCodes,
  Store: storeErrorCodes,
  Blobs: blobsErrorCodes,
  Vectors: vectorsErrorCodes,
  Simulator: simulatorErrorCodes,
};
