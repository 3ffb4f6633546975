import type { RunPlan } from '../plan/run-plan.js';
import type { ExpectedAnswers } from './estimate.js';

/** The share of the longest answer that is expected of a function that nothing was asked of yet. */
export const expectedShare = 0.25;

/** What earlier answers of a function used. */
export interface EarlierAnswers {
  readonly model: string;
  /** As in a plan: an item of a `forEach` has its number. */
  readonly function: string;
  readonly requests: number;
  readonly outputTokens: number;
}

/**
 * How long the answers of each function are taken to be, by its name: as earlier ones of the same model were on average. An item of a
 * `forEach` without any is taken to be like the other items.
 */
export function expectAnswers(plan: RunPlan, earlier: readonly EarlierAnswers[]): Map<string, ExpectedAnswers> {
  return new Map(
    [...plan.planned].map(([name, { definition, item }]): [string, ExpectedAnswers] => {
      const { model } = definition;
      const found = { function: name, model };
      if (definition.kind === 'embedding') return [name, { ...found, tokensPerRequest: 0, basis: 'none', answers: 0 }];
      const ofModel = earlier.filter((answers) => answers.model === model && answers.requests > 0);
      const own = ofModel.filter((answers) => answers.function === name);
      const alike = item === null ? [] : ofModel.filter((answers) => isItemOf(definition.name, answers.function));
      const used = own.length > 0 ? own : alike;
      const answers = used.reduce((sum, { requests }) => sum + requests, 0);
      const tokens = used.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
      return answers > 0
        ? [name, { ...found, tokensPerRequest: tokens / answers, basis: 'earlier-runs', answers }]
        : [name, { ...found, tokensPerRequest: definition.maxTokens * expectedShare, basis: 'share-of-max', answers }];
    }),
  );
}

/** `qa_0` and `qa_12` are items of `qa`. */
function isItemOf(name: string, item: string): boolean {
  return item.startsWith(`${name}_`) && /^\d+$/.test(item.slice(name.length + 1));
}
