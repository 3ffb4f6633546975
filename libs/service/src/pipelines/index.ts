export { findAllPipelineFiles } from './find-pipeline-files.js';
export {
  PipelineFiles,
  shippedApps,
  type PipelineFilesOptions,
  type PipelineProblem,
  type TriedPipelines,
} from './pipeline-files.js';
