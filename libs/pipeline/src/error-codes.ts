/** The error codes of this library, with their meaning. */
export const pipelineErrorCodes = {
  'pipeline.invalid': 'A definition is invalid. The message lists everything that is wrong with it.',
  'pipeline.unknown': 'There is no pipeline of that name.',
  'run.unknown-endpoint': 'The pipeline does not offer the requested endpoint.',
  'run.endpoint-needed': 'The pipeline offers both endpoints, and the run chose none.',
  'run.unknown-function': 'The endpoint has no function of that name.',
  'run.no-functions': 'The run has no functions, because all of them have a `forEach` over an empty list.',
  'run.not-batchable':
    'The provider does not take requests of this kind in batches. Nothing was sent; run other functions, or use another provider.',
  'run.unknown-parameter': 'The pipeline has no parameter of that name.',
  'run.wrong-parameter': 'A parameter has a value of the wrong type.',
  'run.missing-parameter': 'A parameter without a default is missing.',
  'run.query-failed': 'The query template threw, did not return a filter, or the store refused its filter.',
  'run.query-finds-nothing':
    'The query requires another status than the pending one, so it would never find a document.',
  'run.redo-ambiguous':
    'The query has a condition on the status that cannot be removed, so the documents to redo are ambiguous.',
  'run.redo-without-vectors': 'Stale documents are to be redone on an endpoint that makes no vectors.',
  'run.update-failed': 'The update template threw, or its update is invalid.',
  'run.pipeline-changed':
    'A pipeline was changed during a run, so that the run would not find its documents or answers. Undo the change, then `batchmill parked retry`.',
  'run.function-not-planned': 'A request or a result belongs to a function that the run does not have.',
  'document.text-missing': 'The document has no such text field.',
  'document.text-not-text': 'The text field is not a text.',
  'document.text-empty': 'The text field contains only white space.',
  'document.id-missing': 'The document has no id, which its vector needs.',
  'document.id-too-long': 'An id of the document is longer than the fields of vectors hold. Nothing was sent.',
  'document.row-field-missing':
    'The document has no value for a field that is stored with its vector, and the field has no default. Nothing was sent.',
  'document.row-field-unfit':
    'A value of the document does not fit its field of `embeddings.vectors.fields`: another type, too long, or not exact. Nothing was sent.',
  'document.text-too-long': 'The text has more tokens than the provider accepts.',
  'document.prompt-too-long':
    'The prompts have more tokens than the model reads. Nothing was sent; cut the document into chunks, or choose another model.',
  'document.answer-blocked':
    'The document has null, a text or another value where the response template would write. Nothing was sent; unset it, or write the answer to another field.',
  'template.empty': 'A prompt rendered to an empty text.',
  'code.too-slow': 'A function of the pipeline did not resolve in time for the document (batch.codeTimeoutSeconds).',
  'document.text-failed': 'The function in embeddings.text threw.',
  'preprocess.failed': 'A preprocess function threw.',
  'response.process-failed': 'The response processor threw.',
  'response.no-content': 'The processor returned nothing to write.',
  'response.template-failed': 'The response template is a function that threw.',
  'response.not-storable':
    'The update contains a value that cannot be stored, such as a circular value or an invalid Date.',
} as const;
export type PipelineErrorCode = keyof typeof pipelineErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<PipelineErrorCode, string> {}
}
