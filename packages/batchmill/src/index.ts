export {
  ConnectionError,
  ProcessingError,
  TemplateError,
  TimeoutError,
  ValidationError,
  isBatchmillError,
  type BatchmillError,
  type Endpoint,
  type Redo,
} from '@batchmill/contracts';
export {
  runPipeline,
  type PipelineResult,
  type RunPipelineOptions,
  type RunProgress,
  type RunReport,
} from '@batchmill/service';
