export { PipelineFiles, shippedApps, type PipelineFilesOptions } from './pipeline-files.js';
