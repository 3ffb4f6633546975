import { setting, type Setting, type Spec, type Value } from '../setting.js';

export interface TextSpec<D extends string | null> extends Spec<D> {
  readonly matching?: { readonly pattern: RegExp; readonly expected: string };
}

/** Any text that is not empty, or what a pattern allows. */
export function text<D extends string | null>(name: string, spec: TextSpec<D>): Setting<Value<string, D>> {
  const { pattern = /[^]/, expected = 'a text' } = spec.matching ?? {};
  return setting<string, D>(name, spec, { expected, read: (said) => (pattern.test(said) ? said : undefined) });
}
