import { countTokens, promptsIn, type RenderedRequest } from '@batchmill/pipeline';
import type { Preview, PreviewedDocument } from './preview-run.js';

/** The JSON of `preview --json`: prompts whole. */
export function previewJson({ pipeline, endpoint, pending, matching, documents, cost }: Preview): object {
  const { usd, synchronousUsd, savedUsd } = cost;
  return {
    pipeline,
    endpoint,
    pending,
    matching,
    documents: documents.map(documentJson),
    tokens: { input: cost.inputTokens, maxOutput: cost.maxOutputTokens },
    cost: { usd, synchronousUsd, savedUsd },
  };
}

function documentJson({ id, requests, failures, there }: PreviewedDocument): object {
  return { id, requests: requests.map(requestJson), ...(failures.length === 0 ? {} : { failures, there }) };
}

function requestJson(request: RenderedRequest): object {
  const { function: name, model, url, body, inputTokens, maxOutputTokens } = request;
  return {
    function: name,
    model,
    url,
    prompts: promptsIn(request).map((prompt) => ({ ...prompt, tokens: countTokens(prompt.text, model) })),
    tokens: { input: inputTokens, maxOutput: maxOutputTokens },
    body,
  };
}
