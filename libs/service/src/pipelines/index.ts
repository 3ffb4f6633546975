export {
  PipelineFiles,
  shippedApps,
  type PipelineFilesOptions,
  type PipelineProblem,
  type TriedPipelines,
} from './pipeline-files.js';
