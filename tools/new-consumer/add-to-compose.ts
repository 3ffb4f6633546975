export const composeFile = 'docker-compose.yml';

/**
 * Adds a service to the text of a compose file, after the last service with `<<: *stage`. Throws when there is none.
 */
export function addToCompose(text: string, name: string): string {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => /^ {4}<<: \*stage\s*$/.test(line));
  if (last < 0) throw new Error(`${composeFile}: found no service with "<<: *stage", expected those of the stages`);
  const next = lines.findIndex((line, index) => index > last && !/^ {4}/.test(line));
  const end = next < 0 ? lines.length : next;
  const service = ['', `  ${name}:`, '    <<: *stage', `    command: [${name}]`];
  return [...lines.slice(0, end), ...service, ...lines.slice(end)].join('\n');
}
