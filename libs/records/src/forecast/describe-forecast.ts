import type { Forecast } from './run-forecast.js';
import { roughDuration } from './rough-duration.js';

/**
 * What a forecast says, the most important first: `done in about 3 h`, `80 % between 1 h 20 and 9 h`, `by 40 batches that have
 * ended`.
 */
export function describeForecast({ early, median, late, batches }: Forecast, now: Date): string[] {
  const within = (at: Date): string => roughDuration(Math.max(0, at.getTime() - now.getTime()));
  const [from, to] = [within(early), within(late)];
  return [
    `done in about ${within(median)}`,
    ...(from === to ? [] : [`80 % between ${from} and ${to}`]),
    ...(batches === 0
      ? []
      : [`by ${batches} ${batches === 1 ? 'batch' : 'batches'} that ${batches === 1 ? 'has' : 'have'} ended`]),
  ];
}
