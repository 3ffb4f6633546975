import type { EarlierAnswers } from '@batchmill/pipeline';
import type { Engine } from '../engine.js';

/** A prompt that was changed long ago says little of the answers to come. */
const countedMs = 90 * 24 * 3_600_000;

/** What the account's answers to a pipeline used, by model and function, as the ledger has it. */
export async function earlierAnswers(
  { ledger, provider, clock }: Pick<Engine, 'ledger' | 'provider' | 'clock'>,
  pipeline: string,
): Promise<EarlierAnswers[]> {
  const found = new Map<string, { model: string; function: string; requests: number; outputTokens: number }>();
  const since = new Date(clock.now().getTime() - countedMs);
  for await (const { account, model, functions } of ledger.entries({ pipeline, since })) {
    if (account !== provider.account) continue;
    for (const { function: name, requests, tokens } of functions) {
      const key = `${name} ${model}`;
      const sum = found.get(key) ?? { model, function: name, requests: 0, outputTokens: 0 };
      found.set(key, sum);
      sum.requests += requests;
      sum.outputTokens += tokens.output;
    }
  }
  return [...found.values()];
}
