import type { RunPlan } from '@batchmill/pipeline';
import { requestKey, writeEmbedding, type RenderedRequest } from '@batchmill/provider';
import type { Fields } from '@batchmill/store';
import { readMarks } from '../marks/document-marks.js';
import type { EmbeddedTexts } from '../vectors/embedded-texts.js';
import type { FoundAnswer, ReusableAnswers } from './reusable-answers.js';

/** A document and what a run would request of it. */
export interface RequestsOfDocument {
  readonly document: Fields;
  readonly requests: readonly RenderedRequest[];
}

/** What is known of a request whose function reuses answers. */
export interface Reuse {
  /** See `requestKey`; for embeddings the hash of the text, of which a run has one model. */
  readonly key: string;
  /** The body of the answer, as JSON. Null: it is to be sent. */
  readonly answer: { readonly body: string } | null;
  /** Another claim of the run that asks for the same text: its vector is taken later. Missing: none does. */
  readonly awaits?: string;
}

/** By the names of functions. Those that do not reuse answers are missing. */
export type ReuseByFunction = ReadonlyMap<string, Reuse>;

/** Where answers and vectors are looked up. `address`: that of the provider. */
export interface ReuseSources {
  readonly answers: ReusableAnswers;
  readonly embeddedTexts: EmbeddedTexts;
  readonly address: string;
  readonly now: Date;
}

/** Whether a function of the run reuses answers. */
export function reusesAnswers({ planned }: RunPlan): boolean {
  return [...planned.values()].some(({ definition }) =>
    definition.kind === 'prompt' ? definition.reuse !== null : definition.reuse,
  );
}

/**
 * Looks up the answers to requests of these documents, with one query of each kind. The result has an entry per document, in their
 * order. Embeddings: see `findVectors`. A prompt that had an answer which could not be used takes none, and neither does one of a run
 * that redoes documents: it would be the same again.
 */
export async function findAnswers(
  plan: RunPlan,
  documents: readonly RequestsOfDocument[],
  sources: ReuseSources,
): Promise<readonly ReuseByFunction[]> {
  if (plan.endpointPlan.vectors !== null) return findVectors(plan, documents, sources);
  const { answers, address, now } = sources;
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

/** A run that redoes all documents takes no earlier vector. A text that had failed is taken like others: its vector is right. */
async function findVectors(
  plan: RunPlan,
  documents: readonly RequestsOfDocument[],
  { embeddedTexts }: ReuseSources,
): Promise<readonly ReuseByFunction[]> {
  const hashes = documents.flatMap(({ requests }) => requests.flatMap(({ textHash }) => textHash ?? []));
  const found = plan.redo === 'all' ? new Map<string, Float32Array>() : await embeddedTexts.find(plan, hashes);
  return documents.map(({ requests }) => {
    const known = requests.flatMap(({ function: name, textHash, ...request }): [string, Reuse][] => {
      if (textHash === undefined) return [];
      const vector = found.get(textHash);
      return [
        [name, { key: textHash, answer: vector === undefined ? null : { body: writeEmbedding(vector, request) } }],
      ];
    });
    return new Map(known);
  });
}
