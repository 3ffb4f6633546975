/** Whether a file is in the build context by a `.dockerignore`: the last line that matches it or a parent folder counts. */
export function isInContext(file: string, dockerIgnore: string): boolean {
  const lines = dockerIgnore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const selfAndParents = file.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
  const last = lines.findLast((line) => selfAndParents.some((path) => patternOf(line.replace(/^!/, '')).test(path)));
  return last === undefined || last.startsWith('!');
}

/** As Docker reads it: `*` matches anything within a name, also a leading dot; `**` matches folders. */
function patternOf(line: string): RegExp {
  const parts = line.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
