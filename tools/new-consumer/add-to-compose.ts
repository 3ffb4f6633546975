export const composeFile = 'docker-compose.yml';

/** The text of a compose file with one more stage, after the last existing one (`<<: *stage`). Throws when there is none. */
export function addToCompose(text: string, name: string): string {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => /^ {4}<<: \*stage\s*$/.test(line));
  if (last < 0) throw new Error(`${composeFile}: found no service with "<<: *stage", wanted those of the stages`);
  const after = lines.findIndex((line, index) => index > last && !/^ {4}/.test(line));
  const end = after < 0 ? lines.length : after;
  const service = ['', `  ${name}:`, '    <<: *stage', `    command: [${name}]`];
  return [...lines.slice(0, end), ...service, ...lines.slice(end)].join('\n');
}
