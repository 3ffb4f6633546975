import { countTokens } from '@batchmill/models';
import { readPrompts, type RenderedRequest } from '@batchmill/provider';
import { usdRangeOf } from '@batchmill/service';
import type { Preview, PreviewedDocument } from './preview-run.js';

/** The JSON of `preview --json`, with whole prompts. */
export function previewJson({
  pipeline,
  endpoint,
  provider,
  refusal,
  pending,
  missing,
  matching,
  documents,
  cost,
}: Preview): object {
  return {
    pipeline,
    endpoint,
    provider: provider.name,
    refusal,
    pending,
    ...(missing.length > 0 && { missing }),
    matching,
    documents: documents.map(documentJson),
    tokens: { input: cost.inputTokens, maxOutput: cost.maxOutputTokens },
    cost: usdRangeOf(cost.cost),
  };
}

function documentJson({ id, requests, failures, unwritable, variables }: PreviewedDocument): object {
  const problems = failures.length + unwritable.length === 0 ? {} : { failures, unwritable, there: variables };
  return { id, requests: requests.map(requestJson), ...problems };
}

function requestJson(request: RenderedRequest): object {
  const { function: name, model, url, body, inputTokens, maxOutputTokens } = request;
  return {
    function: name,
    model,
    url,
    prompts: readPrompts(request).map((prompt) => ({ ...prompt, tokens: countTokens(prompt.text, model) })),
    tokens: { input: inputTokens, maxOutput: maxOutputTokens },
    body,
  };
}
