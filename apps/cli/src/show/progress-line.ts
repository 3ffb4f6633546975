import type { RunReport } from '@batchmill/service';
import { count, usd } from './numbers.js';

/** How far a run is, on one line: for what is no terminal. */
export function progressLine({ progress, requests, tokens, cost, status }: RunReport): string {
  const { claimed, submitted, answered, givenUp, parked } = progress;
  const parts = [
    `claimed ${count(claimed)}`,
    `built ${count(requests)}`,
    `at the provider ${count(submitted)}`,
    `answered ${count(answered)}`,
    ...(givenUp > 0 ? [`given up ${count(givenUp)}`] : []),
    ...(parked > 0 ? [`parked ${count(parked)}`] : []),
    ...(tokens.input > 0 ? [`${count(tokens.input)} tokens in`, `${count(tokens.output)} out`] : []),
    ...(cost.usd !== null && cost.usd > 0 ? [usd(cost.usd)] : []),
  ];
  return `${status}: ${parts.join(', ')}`;
}
