export { definePipeline } from './definition/define-pipeline.js';
export { chat } from './definition/prompt-function-definition.js';
export { responses } from './definition/prompt-function-definition.js';
export { prompt, type PromptFile } from './definition/file-references.js';
export { lines, type LinesFile } from './definition/file-references.js';
export type {
  BatchDefinition,
  EmbeddingsDefinition,
  InferenceDefinition,
  PipelineDefinition,
  ScheduleDefinition,
  SourceDefinition,
  StatusDefinition,
  VectorsDefinition,
} from './definition/pipeline-definition.js';
export type { RowFieldDefinition } from './definition/row-field-definition.js';
export type {
  ChatDefinition,
  JsonSchema,
  PromptFunctionDefinition,
  PromptFunctionOptions,
  ResponseProcessor,
  ResponsesDefinition,
} from './definition/prompt-function-definition.js';
export {
  parameterTypes,
  type ParameterDefinition,
  type ParameterDefinitions,
  type ParameterType,
  type ParameterValue,
  type ParametersOf,
} from './definition/parameter-definitions.js';
export type {
  AnswerVariables,
  ClaimVariables,
  ResponseFunction,
  UpdateFunction,
} from './definition/template-functions.js';
export type { ChatBody, ResponsesBody } from './definition/response-bodies.js';
export type { QueryFilter } from './definition/mongo-operators.js';
export type { SourceDocument } from '@batchmill/documents';
export type { UpdateOperators } from './definition/mongo-operators.js';
export { problemsOfAliases } from './check/check-aliases.js';
export { checkPipeline, type CheckOptions } from './check/check-pipeline.js';
export type { PipelineDefaults } from './check/pipeline-defaults.js';
export type {
  BatchOptions,
  EmbeddingFunction,
  Parameter,
  Pipeline,
  PipelineFunction,
  PipelineSchedule,
  PromptFunction,
  ReuseOptions,
  RowField,
  RowFieldValue,
  EndpointPlan,
  Source,
  Status,
  TextToEmbed,
  VectorTarget,
} from './pipeline.js';
export { endpointPlansOf } from './pipeline.js';
export { Pipelines } from './pipelines.js';
export { onUnhandledError } from './user-code/unhandled-errors.js';
export { unknownPipeline } from './pipelines.js';
export { missingId } from './requests/missing-id.js';
export { storageTargetsOf, type StorageTargets } from './plan/storage-targets.js';
export { fillingLimits, type FillingLimits, type LearnedLimits } from './batches/filling-limits.js';
export { BatchFilling, isTooLargeFor, tooLarge, type FileAddition, type Filled } from './batches/batch-filling.js';
export { isLarge, trialOf } from './batches/first-claim.js';
export { linesOfDocument, withoutUnstorable, type DocumentLines } from './batches/lines-of-document.js';
export { modelsOf, type ModelFunctions } from './batches/models-of.js';
export { checkBatchable, notBatchable } from './plan/check-batchable.js';
export { planRun } from './plan/plan-run.js';
export { lastingQueryOf } from './plan/lasting-query.js';
export type { RequestedRun, PlannedFunction, RunPlan } from './plan/run-plan.js';
export { beyondTokenPrices } from './requests/beyond-token-prices.js';
export { fieldsOfText, hashOfText, presentText, textOfDocument, type PresentText } from './requests/text-to-embed.js';
export { rowFieldsOf, storedValue, type RowFieldValues } from './requests/row-fields.js';
export { renderRequests } from './requests/render-requests.js';
export { availableVariables } from './requests/available-variables.js';
export { pipelineErrorCodes, type PipelineErrorCode } from './error-codes.js';
export { classifyResult } from './results/classify-result.js';
export { responseUpdate, type TemplateContext } from './answers/response-update.js';
export { renderUpdateTemplate } from './answers/claim-update.js';
export type {
  Estimate,
  EstimatedCost,
  ExpectedAnswers,
  ModelEstimate,
  Range,
  UnaskedDocuments,
} from './estimate/estimate.js';
export { expectedShare, type EarlierAnswers } from './estimate/expect-answers.js';
export type { MeasuredDocument } from './estimate/measure-document.js';
export { RunEstimate, type EstimateOptions } from './estimate/run-estimate.js';
export { dueTimes, type DueTimes } from './schedule.js';
export { nextTime, type Timing } from './schedule.js';
export { scheduledRunId } from './schedule.js';
