export { consumerNames } from './find-consumers.js';
export { allStages, stagesNamed } from './choose-stages.js';
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
