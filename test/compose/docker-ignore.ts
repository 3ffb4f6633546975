/** Whether a file is sent to the build, by a `.dockerignore`: the last line that names it, or a folder above it, counts. */
export function isSent(file: string, dockerIgnore: string): boolean {
  const lines = dockerIgnore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const above = file.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
  const last = lines.findLast((line) => above.some((path) => patternOf(line.replace(/^!/, '')).test(path)));
  return last === undefined || last.startsWith('!');
}

/** As Docker reads it: a star is anything in one name, also a dot at its beginning; two stars are folders. */
function patternOf(line: string): RegExp {
  const parts = line.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
