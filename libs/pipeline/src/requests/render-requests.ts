import { DocumentFailure } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { RenderFailure, RenderedRequest, Rendering } from '@batchmill/provider';
import { expectWritable } from '../answers/expect-writable.js';
import { plannedFunction } from '../plan/planned-function.js';
import type { RunPlan } from '../plan/run-plan.js';
import { renderEmbedding } from './render-embedding.js';
import { renderPrompt } from './render-prompt.js';
import { documentVariables, functionVariables } from './template-variables.js';

/** The requests of one document for the functions given (names of the plan). What cannot be rendered is told, not thrown. */
export async function renderRequests(
  plan: RunPlan,
  document: SourceDocument,
  functions: readonly string[],
): Promise<Rendering> {
  const requests: RenderedRequest[] = [];
  const failures: RenderFailure[] = [];
  let variables: Promise<Readonly<Record<string, unknown>>> | undefined;
  for (const name of functions) {
    const planned = plannedFunction(plan, name);
    try {
      if (planned.definition.kind === 'embedding') requests.push(renderEmbedding(planned.definition, document));
      else {
        const seen = await (variables ??= documentVariables(plan, document));
        const { fieldMap } = plan.pipeline.source;
        const { definition } = planned;
        const request = renderPrompt(definition, planned, seen, fieldMap);
        expectWritable({ ...planned, definition }, functionVariables(seen, planned), fieldMap);
        requests.push(request);
      }
    } catch (error) {
      if (!(error instanceof DocumentFailure)) throw error;
      failures.push({ function: name, error: error.error });
    }
  }
  return { requests, failures };
}
