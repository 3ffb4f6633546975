import { DocumentFailure } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { RenderFailure, RenderedRequest, Rendering } from '@batchmill/provider';
import { checkResponseVariables } from '../answers/check-response-variables.js';
import { checkTargets } from '../answers/check-targets.js';
import { getPlannedFunction, type RunPlan } from '../plan/run-plan.js';
import { renderEmbedding } from './render-embedding.js';
import { renderPrompt } from './render-prompt.js';
import { documentVariables, functionVariables } from './template-variables.js';

/** Renders the requests of a document for functions of the plan, given by name. Failures are returned, not thrown. */
export async function renderRequests(
  plan: RunPlan,
  document: SourceDocument,
  functions: readonly string[],
): Promise<Rendering> {
  const requests: RenderedRequest[] = [];
  const failures: RenderFailure[] = [];
  let variables: Promise<Readonly<Record<string, unknown>>> | undefined;
  for (const name of functions) {
    const planned = getPlannedFunction(plan, name);
    try {
      if (planned.definition.kind === 'embedding')
        requests.push(await renderEmbedding(plan, planned.definition, document));
      else {
        const resolved = await (variables ??= documentVariables(plan, document));
        const { fieldMap } = plan.pipeline.source;
        const { definition } = planned;
        const request = renderPrompt(definition, planned, resolved, fieldMap);
        checkResponseVariables({ ...planned, definition }, functionVariables(resolved, planned), fieldMap);
        checkTargets({ ...planned, definition }, document);
        requests.push(request);
      }
    } catch (error) {
      if (!(error instanceof DocumentFailure)) throw error;
      failures.push({ function: name, error: error.error });
    }
  }
  return { requests, failures };
}
