export { PipelineFiles, type PipelineFilesOptions } from './pipeline-files.js';
