import type { RunPlan } from '@batchmill/pipeline';
import { requestKey, type RenderedRequest } from '@batchmill/provider';
import type { Fields } from '@batchmill/store';
import { readMarks } from '../marks/document-marks.js';
import type { FoundAnswer, ReusableAnswers } from './reusable-answers.js';

/** A document and what a run would request of it. */
export interface RequestsOfDocument {
  readonly document: Fields;
  readonly requests: readonly RenderedRequest[];
}

/** What is known of a request whose function reuses answers. */
export interface Reuse {
  readonly key: string;
  /** Null: it is to be sent. */
  readonly answer: FoundAnswer | null;
}

/** By the names of functions. Those that do not reuse answers are missing. */
export type ReuseByFunction = ReadonlyMap<string, Reuse>;

/** Whether a function of the run reuses answers. */
export function reusesAnswers({ planned }: RunPlan): boolean {
  return [...planned.values()].some(({ definition }) => definition.kind === 'prompt' && definition.reuse !== null);
}

/**
 * Looks up the answers to requests of these documents, with one query. The result has an entry per document, in their order. A request
 * that had an answer which could not be used takes none, and neither does a run that redoes documents: it would be the same again.
 */
export async function findAnswers(
  plan: RunPlan,
  documents: readonly RequestsOfDocument[],
  { answers, address, now }: { readonly answers: ReusableAnswers; readonly address: string; readonly now: Date },
): Promise<readonly ReuseByFunction[]> {
  const wanted = documents.map(({ document, requests }) => {
    const marks = readMarks(plan, document);
    return requests.flatMap((request) => {
      const definition = plan.planned.get(request.function)?.definition;
      if (definition?.kind !== 'prompt' || definition.reuse === null) return [];
      const mayTake = (plan.redo === null || plan.redo === 'missing') && marks.attemptsOf(request.function) === 0;
      const after = mayTake ? now.getTime() - (definition.reuse.withinMs ?? Infinity) : null;
      return [{ function: request.function, key: requestKey(address, request), after }];
    });
  });
  const keys = wanted.flat().flatMap(({ key, after }) => (after === null ? [] : [key]));
  const found = await answers.find(keys);
  const answerTo = ({ key, after }: { readonly key: string; readonly after: number | null }): FoundAnswer | null => {
    const answer = found.get(key);
    return answer !== undefined && after !== null && answer.keptAt.getTime() > after ? answer : null;
  };
  return wanted.map(
    (requests) => new Map(requests.map((one) => [one.function, { key: one.key, answer: answerTo(one) }])),
  );
}
