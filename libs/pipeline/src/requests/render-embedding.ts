import { DocumentFailure, documentError } from '@batchmill/contracts';
import { readPath, type SourceDocument } from '@batchmill/documents';
import { countTokens, truncateText } from '@batchmill/models';
import { embeddingBody, maxEmbeddingTokens, type RenderedRequest } from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';

/** Throws a DocumentFailure when the document has no text to embed. */
export function renderEmbedding(definition: EmbeddingFunction, document: SourceDocument): RenderedRequest {
  const { text, tokens } = fitText(definition, readText(definition, document));
  return {
    function: definition.name,
    model: definition.model,
    baseModel: definition.baseModel,
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
    throw failure('document.text-missing', `The document has no field "${textField}", the text to embed`);
  }
  if (typeof text !== 'string') {
    const found = Array.isArray(text) ? 'a list' : typeof text === 'object' ? 'an object' : `a ${typeof text}`;
    throw failure('document.text-not-text', `The field "${textField}" contains ${found}, expected a text`);
  }
  if (text.trim() === '') throw failure('document.text-empty', `The field "${textField}" contains only white space`);
  return text;
}

function fitText({ baseModel, textField, tooLong }: EmbeddingFunction, text: string): { text: string; tokens: number } {
  const tokens = countTokens(text, baseModel);
  // A text has at most as many tokens as bytes, so a short text fits even when its count is too high.
  if (tokens <= maxEmbeddingTokens || Buffer.byteLength(text) <= maxEmbeddingTokens) return { text, tokens };
  if (tooLong === 'fail') {
    throw failure(
      'document.text-too-long',
      `The field "${textField}" contains ${tokens} tokens, expected at most ${maxEmbeddingTokens}; ` +
        "cut it into smaller chunks, or set tooLong: 'truncate' in the pipeline",
    );
  }
  const cut = truncateText(text, baseModel, maxEmbeddingTokens);
  return { text: cut, tokens: countTokens(cut, baseModel) };
}

function failure(
  code: 'document.text-missing' | 'document.text-not-text' | 'document.text-empty' | 'document.text-too-long',
  message: string,
): DocumentFailure {
  return new DocumentFailure(documentError('ValidationError', code, message));
}
