export { PipelineFiles, type PipelineFilesOptions } from './pipeline-files.js';
export { shippedApps } from './shipped-apps.js';
