import { setting, type Setting, type Spec, type Value } from '../setting.js';

export interface UrlSpec<D extends string | null> extends Spec<D> {
  readonly schemes: readonly string[];
  /** Words that stand for something without a URL. */
  readonly words?: readonly string[];
}

/** A URL of one of some schemes, or a word that stands for one. */
export function url<D extends string | null>(name: string, spec: UrlSpec<D>): Setting<Value<string, D>> {
  const { schemes, words = [] } = spec;
  const expected = [...words, `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`];
  return setting<string, D>(name, spec, {
    expected: expected.join(', or '),
    read(said) {
      const trimmed = said.trim();
      if (words.includes(trimmed)) return trimmed;
      const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/\s]/i.exec(trimmed)?.[1]?.toLowerCase();
      return scheme !== undefined && schemes.includes(scheme) && hasNoSpace(trimmed) ? trimmed : undefined;
    },
  });
}

/** Not Node's URL: a MongoDB or Kafka address may name several hosts. */
function hasNoSpace(address: string): boolean {
  return !/\s/.test(address);
}
