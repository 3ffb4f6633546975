export { consumerNames, findConsumers } from './find-consumers.js';
export { drainingStages, commandStages, stages } from './stages.js';
