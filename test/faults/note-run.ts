import { appendFileSync } from 'node:fs';

/** One run as the command sums it up. */
export interface PlayedRun {
  readonly seed: number;
  readonly seconds: number;
  /** Those that fired. */
  readonly faults: readonly string[];
  readonly kills: number;
  readonly freezes: number;
  /** Empty: nothing is wrong. */
  readonly problems: readonly string[];
}

/** The file to which each run is added as a line of JSON; undefined: nobody sums them up. */
const results = process.env['FAULTS_RESULTS'];

export function noteRun(played: PlayedRun): void {
  if (results !== undefined) appendFileSync(results, `${JSON.stringify(played)}\n`);
}
