import { DocumentFailure, documentError } from '@batchmill/contracts';
import { readPath, type SourceDocument } from '@batchmill/documents';
import { countTokens, truncateText } from '@batchmill/models';
import { embeddingBody, maxEmbeddingTokens, type RenderedRequest } from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';

/** Throws a DocumentFailure when there is no text that can be embedded. */
export function renderEmbedding(definition: EmbeddingFunction, document: SourceDocument): RenderedRequest {
  const { text, tokens } = fittingText(definition, readText(definition, document));
  return {
    function: definition.name,
    model: definition.model,
    url: definition.url,
    body: embeddingBody(definition, text),
    inputs: 1,
    inputTokens: tokens,
    maxOutputTokens: 0,
  };
}

function readText({ textField }: EmbeddingFunction, document: SourceDocument): string {
  const text = readPath(document, textField);
  if (text === undefined || text === null) {
    throw failure('document.text-missing', `The document has no field "${textField}"; it is what is to be embedded`);
  }
  if (typeof text !== 'string') {
    const found = Array.isArray(text) ? 'a list' : typeof text === 'object' ? 'an object' : `a ${typeof text}`;
    throw failure('document.text-not-text', `The field "${textField}" holds ${found}, wanted text`);
  }
  if (text.trim() === '')
    throw failure('document.text-empty', `The field "${textField}" holds no text, only an empty one`);
  return text;
}

function fittingText({ model, textField, tooLong }: EmbeddingFunction, text: string): { text: string; tokens: number } {
  const tokens = countTokens(text, model);
  // No token is without a byte: a short text fits, whatever its count is.
  if (tokens <= maxEmbeddingTokens || Buffer.byteLength(text) <= maxEmbeddingTokens) return { text, tokens };
  if (tooLong === 'fail') {
    throw failure(
      'document.text-too-long',
      `The field "${textField}" holds ${tokens} tokens, wanted at most ${maxEmbeddingTokens}; ` +
        "cut it into smaller chunks, or say tooLong: 'truncate' in the pipeline",
    );
  }
  const cut = truncateText(text, model, maxEmbeddingTokens);
  return { text: cut, tokens: countTokens(cut, model) };
}

function failure(
  code: 'document.text-missing' | 'document.text-not-text' | 'document.text-empty' | 'document.text-too-long',
  message: string,
): DocumentFailure {
  return new DocumentFailure(documentError('ValidationError', code, message));
}
