export { consumerNames, findConsumers } from './find-consumers.js';
export { homeboundStages, stages } from './stages.js';
