export { consumerNames, findConsumers } from './find-consumers.js';
export { homeboundStages, listeningStages, stages } from './stages.js';
