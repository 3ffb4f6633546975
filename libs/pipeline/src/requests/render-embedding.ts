import type { SourceDocument } from '@batchmill/documents';
import { countTokens } from '@batchmill/models';
import { embeddingBody, type RenderedRequest } from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';
import type { RunPlan } from '../plan/run-plan.js';
import { expectFittingIds, rowFieldsOf } from './row-fields.js';
import { hashOfText, textToEmbed } from './text-to-embed.js';

/** Rejects with a DocumentFailure when the document has no text to embed, or a value that its vector's row cannot take. */
export async function renderEmbedding(
  plan: RunPlan,
  definition: EmbeddingFunction,
  document: SourceDocument,
): Promise<RenderedRequest> {
  const { vectors } = plan.endpointPlan;
  if (vectors !== null) {
    expectFittingIds(plan.pipeline, vectors, document);
    rowFieldsOf(vectors.rowFields, document);
  }
  const { text, tokens } = await textToEmbed(plan, definition, document);
  return {
    function: definition.name,
    model: definition.model,
    baseModel: definition.baseModel,
    url: definition.url,
    body: embeddingBody(definition, text),
    textHash: hashOfText(text),
    inputs: 1,
    inputTokens: tokens ?? countTokens(text, definition.baseModel),
    maxOutputTokens: 0,
  };
}
