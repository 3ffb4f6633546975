import type { Check } from './check.js';
import { blobsCheck } from './checks/blobs.js';
import { busCheck } from './checks/bus.js';
import { busGroupsCheck } from './checks/bus-groups.js';
import { busTopicsCheck } from './checks/bus-topics.js';
import { clockCheck } from './checks/provider-clock.js';
import { collectionsCheck } from './checks/collections.js';
import { consumersCheck } from './checks/consumers.js';
import { diskCheck } from './checks/disk.js';
import { documentIndexesCheck } from './checks/document-indexes.js';
import { documentsCheck } from './checks/documents.js';
import { emailCheck } from './checks/email.js';
import { homeCheck } from './checks/home.js';
import { indexesCheck } from './checks/state-indexes.js';
import { modelsCheck } from './checks/provider-models.js';
import { nodeCheck } from './checks/node.js';
import { pipelinesCheck } from './checks/pipelines.js';
import { placeCheck } from './checks/place.js';
import { profileCheck } from './checks/provider-profile.js';
import { providerCheck } from './checks/provider.js';
import { queueCheck } from './checks/provider-queue.js';
import { settingsCheck } from './checks/settings.js';
import { stateCheck } from './checks/state.js';
import { telemetryCheck } from './checks/telemetry.js';
import { vectorCollectionsCheck } from './checks/vector-collections.js';
import { vectorsCheck } from './checks/vectors.js';
import { webhookCheck } from './checks/webhook.js';

/** Every check, in the order in which they are printed. One that depends on another stands after it. */
export const checks: readonly Check[] = [
  settingsCheck,
  nodeCheck,
  diskCheck,
  homeCheck,
  pipelinesCheck,
  consumersCheck,
  providerCheck,
  profileCheck,
  modelsCheck,
  clockCheck,
  stateCheck,
  placeCheck,
  indexesCheck,
  queueCheck,
  documentsCheck,
  collectionsCheck,
  documentIndexesCheck,
  blobsCheck,
  busCheck,
  busTopicsCheck,
  busGroupsCheck,
  vectorsCheck,
  vectorCollectionsCheck,
  webhookCheck,
  emailCheck,
  telemetryCheck,
];
