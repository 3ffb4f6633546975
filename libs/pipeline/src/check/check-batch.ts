import { expectedCompletionWindow, isCompletionWindow, type CompletionWindow } from '@batchmill/contracts';
import { allowsWindow, describeWindows } from '@batchmill/provider';
import type { BatchOptions } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

const keys = ['batchSize', 'completionWindow', 'pollIntervalSeconds', 'maxRetries', 'codeTimeoutSeconds'];

/** A file has at most so many documents, because each has at least one request. */
export function batchSizeRange({ defaults }: CheckContext): { readonly from: number; readonly to: number } {
  return { from: 1, to: defaults.provider?.limits.maxRequests ?? 50_000 };
}

export function checkBatch(context: CheckContext, definition: Section): BatchOptions {
  const { problems, defaults } = context;
  const section = Section.of(problems, 'batch', definition.get('batch') ?? {}, keys);
  const batchSizeOr = (fallback: number): number => Number(section.get('batchSize') ?? fallback);
  section.number('batchSize', { fallback: 1, ...batchSizeRange(context) });
  return {
    batchSize: {
      embeddings: batchSizeOr(defaults.embeddingBatchSize),
      inference: batchSizeOr(defaults.inferenceBatchSize),
    },
    completionWindow: windowIn(context, section),
    pollIntervalMs:
      1000 * section.number('pollIntervalSeconds', { fallback: defaults.pollIntervalSeconds, from: 1, to: 86_400 }),
    maxRetries: section.number('maxRetries', { fallback: defaults.maxRetries, from: 0, to: 100 }),
    codeTimeoutMs: 1000 * section.number('codeTimeoutSeconds', { fallback: 30, from: 0.001, to: 600, whole: false }),
  };
}

function windowIn({ problems, defaults }: CheckContext, section: Section): CompletionWindow {
  const found = section.has('completionWindow') ? section.get('completionWindow') : defaults.completionWindow;
  const { provider } = defaults;
  if (!isCompletionWindow(found)) {
    problems.addValue(section.at('completionWindow'), found, expectedCompletionWindow);
    return defaults.completionWindow;
  }
  if (provider !== undefined && !allowsWindow(provider.completionWindows, found)) {
    const expected = `${describeWindows(provider.completionWindows)}, which is what ${provider.title} takes`;
    problems.addValue(section.at('completionWindow'), found, expected);
  }
  return found;
}
