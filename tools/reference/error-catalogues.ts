import { stageList } from '@batchmill/all-in-one';
import { blobsErrorCodes } from '@batchmill/blobs';
import { busErrorCodes } from '@batchmill/bus';
import { cliErrorCodes } from '@batchmill/cli';
import { consumerErrorCodes } from '@batchmill/consumer';
import { contractsErrorCodes } from '@batchmill/contracts';
import { pipelineErrorCodes } from '@batchmill/pipeline';
import { providerErrorCodes } from '@batchmill/provider';
import { serviceErrorCodes } from '@batchmill/service';
import { simulatorErrorCodes } from '@batchmill/simulator';
import { stageErrorCodes } from '@batchmill/stage';
import { storeErrorCodes } from '@batchmill/store';
import { templatesErrorCodes } from '@batchmill/templates';
import { vectorsErrorCodes } from '@batchmill/vectors';

/** Every catalogue of error codes, by its title in the reference. */
export const errorCatalogues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Settings, pipelines and runs': serviceErrorCodes,
  'Command line': cliErrorCodes,
  'Pipelines, requests and answers': pipelineErrorCodes,
  Templates: templatesErrorCodes,
  ...Object.fromEntries(stageList.map(({ name, errorCodes }) => [name, errorCodes])),
  'Every stage': { ...stageErrorCodes, ...contractsErrorCodes },
  'Consumers of your own': consumerErrorCodes,
  Provider: providerErrorCodes,
  Bus: busErrorCodes,
  Store: storeErrorCodes,
  Blobs: blobsErrorCodes,
  Vectors: vectorsErrorCodes,
  Simulator: simulatorErrorCodes,
};
