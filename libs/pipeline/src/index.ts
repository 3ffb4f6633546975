export { definePipeline } from './definition/define-pipeline.js';
export { chat } from './definition/chat.js';
export { responses } from './definition/responses.js';
export { prompt, type PromptFile } from './definition/prompt.js';
export { lines, type LinesFile } from './definition/lines.js';
export type {
  BatchDefinition,
  EmbeddingsDefinition,
  InferenceDefinition,
  PipelineDefinition,
  ScheduleDefinition,
  SourceDefinition,
  StatusDefinition,
} from './definition/pipeline-definition.js';
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
export type { QueryFilter } from './definition/query-filter.js';
export type { SourceDocument } from './definition/source-document.js';
export type { UpdateOperators } from './definition/update-operators.js';
export { checkPipeline, type CheckFrom } from './check/check-pipeline.js';
export type { PipelineDefaults } from './check/pipeline-defaults.js';
export type {
  BatchOptions,
  EmbeddingFunction,
  Parameter,
  Pipeline,
  PipelineFunction,
  PipelineSchedule,
  PromptFunction,
  Side,
  Source,
  Status,
} from './pipeline.js';
export { Pipelines } from './pipelines.js';
export { onStrayError } from './code/stray-errors.js';
export { unknownPipeline } from './unknown-pipeline.js';
export { missingId } from './requests/missing-id.js';
export { placesOf, type Places } from './plan/places-of.js';
export { planRun } from './plan/plan-run.js';
export type { AskedRun, PlannedFunction, RunPlan } from './plan/run-plan.js';
export { renderRequests } from './requests/render-requests.js';
export type { RenderFailure, RenderedRequest, Rendering } from './requests/rendered-request.js';
export { promptsIn, type PromptIn } from './requests/prompts-in.js';
export { variablesThere } from './requests/variables-there.js';
export { requestLine } from './requests/request-line.js';
export type { DocumentError } from './document-error.js';
export { pipelineErrorCodes, type PipelineErrorCode } from './error-codes.js';
export { readPath } from './read-path.js';
export { compilePrompt, type PromptTemplate } from './templates/compile-prompt.js';
export { TemplateSyntaxError } from './templates/template-syntax-error.js';
export { customId } from './ids/custom-id.js';
export { encodeId } from './ids/encode-id.js';
export { decodeId } from './ids/decode-id.js';
export { readDocument } from './ids/read-document.js';
export { writeDocument } from './ids/write-document.js';
export { formsOfId } from './ids/forms-of-id.js';
export { idText } from './ids/id-text.js';
export { maxEmbeddingTokens, providerLimits } from './batches/provider-limits.js';
export { emptyFilling, type Filling, type FillingLimits } from './batches/filling.js';
export { addTo } from './batches/add-to.js';
export { fits } from './batches/fits.js';
export { enqueuedTokenLimit } from './batches/enqueued-token-limit.js';
export { parseResultLine } from './results/parse-result-line.js';
export type { ResultLine } from './results/result-line.js';
export { classifyResult } from './results/classify-result.js';
export { missingResult } from './results/missing-result.js';
export type { Answer, Answered, Classified } from './results/classified.js';
export { noUsage, type Usage } from './results/usage.js';
export { responseUpdate, type AnswerMoment } from './answers/response-update.js';
export { claimUpdate } from './answers/claim-update.js';
export { nextAttempt, type NextAttempt } from './retries/next-attempt.js';
export { batchDiscount, priceBook, type PriceEntry } from './prices/price-book.js';
export { priceOf } from './prices/price-of.js';
export { costOf, type PriceMode } from './prices/cost-of.js';
export { estimateRun, type Estimate, type EstimateSample, type ModelEstimate } from './prices/estimate-run.js';
export { countTokens } from './tokens/count-tokens.js';
export { dueTimes, type DueTimes } from './schedule/due-times.js';
export { nextTime, type Timing } from './schedule/next-time.js';
export { scheduledRunId } from './schedule/scheduled-run-id.js';
export { closestName } from './closest-name.js';
