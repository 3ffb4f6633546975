import { setting, type Setting, type Spec } from '../setting.js';

/** Some of a few words, separated by commas, in upper or lower case; each once. */
export function choices<const C extends string>(
  name: string,
  words: readonly C[],
  spec: Spec<string>,
): Setting<readonly C[]> {
  return setting<readonly C[], string>(name, spec, {
    expected: `some of ${words.join(', ')}, separated by commas`,
    read(said) {
      const items = said
        .split(',')
        .map((item) => item.trim().toLowerCase())
        .filter((item) => item !== '');
      const known = words.filter((word) => items.includes(word));
      return items.length > 0 && items.every((item) => (known as readonly string[]).includes(item)) ? known : undefined;
    },
  });
}
