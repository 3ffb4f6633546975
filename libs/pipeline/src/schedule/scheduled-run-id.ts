/** The same for the same pipeline, place in its list of schedules, and due time: `annual-reports-s1-20260102-0300` (UTC). */
export function scheduledRunId(pipeline: string, number: number, due: Date): string {
  const at = due.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${pipeline}-s${number}-${at}`;
}
