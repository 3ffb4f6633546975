/** The codes of this library's errors and what they mean. */
export const pipelineErrorCodes = {
  'pipeline.invalid': 'A definition cannot be used; the message lists everything that is wrong with it.',
  'pipeline.unknown': 'There is no pipeline of that name.',
  'run.unknown-endpoint': 'The pipeline does not offer the endpoint that the run asked for.',
  'run.endpoint-needed': 'The pipeline offers both endpoints and the run did not say which.',
  'run.unknown-function': 'The endpoint has no function of that name.',
  'run.no-functions': 'There is nothing to ask: every function goes through a list that is empty.',
  'run.unknown-parameter': 'The pipeline has no parameter of that name.',
  'run.wrong-parameter': 'A parameter has a value of another type than the pipeline wants.',
  'run.missing-parameter': 'A parameter that has no default was not given.',
  'run.query-failed': 'The query template threw, or returned something that is no filter, or that the store refuses.',
  'run.query-finds-nothing':
    'The query wants another status than that of what is pending: it would never find anything.',
  'run.redo-unclear':
    'The query says of the status field what cannot be left out alone, so it cannot be told which documents are to be done again.',
  'run.update-failed': 'The update template threw, or gave an update that cannot be used.',
  'run.definition-changed':
    'A pipeline was changed while a run of it was under way, so that the run’s documents or answers would not be found. Put it back, then `batchmill parked retry`.',
  'run.function-not-planned': 'A function was named that is none of the run’s.',
  'document.text-missing': 'The document has no such text field.',
  'document.text-not-text': 'The text field holds something else than text.',
  'document.text-empty': 'The text field holds nothing but white space.',
  'document.id-missing': 'The document has no id to store its vector with.',
  'document.text-too-long': 'The text has more tokens than the provider takes.',
  'template.empty': 'A prompt rendered to nothing.',
  'code.too-slow': 'A function of the pipeline did not resolve in time for the document (batch.codeTimeoutSeconds).',
  'preprocess.failed': 'A preprocess function threw.',
  'response.process-failed': 'The response processor threw.',
  'response.no-content': 'There is nothing to write: the processor returned nothing.',
  'response.template-failed': 'The response template is a function, and it threw.',
  'response.not-storable':
    'What is to be written holds something that no store takes, such as a value within itself or a Date that is no time.',
} as const;
export type PipelineErrorCode = keyof typeof pipelineErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<PipelineErrorCode, string> {}
}
