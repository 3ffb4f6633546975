/** `incomplete`: some documents were left pending after too many rounds. */
export const runOutcomes = ['finished', 'cancelled', 'incomplete'] as const;
export type RunOutcome = (typeof runOutcomes)[number];
