export { homeboundStages, stages } from './stages.js';
