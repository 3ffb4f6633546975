export { consumerNames, findConsumers } from './find-consumers.js';
export {
  commandStages,
  drainingStages,
  reprocessingStages,
  stageList,
  stageNames,
  stages,
  type StageEntry,
  type StageName,
} from './stages.js';
