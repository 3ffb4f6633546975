/** The same for the whole hour (UTC): asked for by two replicas, or after a restart, it is one run. `entity-linker-20260102-15` */
export function runIdAt(pipeline: string, at: Date): string {
  const hour = at.toISOString().slice(0, 13).replaceAll('-', '').replace('T', '-');
  return `${pipeline}-${hour}`;
}
