import { setting, type Setting, type Spec, type Value } from '../setting.js';

/** One of a few words, in upper or lower case. */
export function choice<const C extends string, D extends C | null>(
  name: string,
  choices: readonly C[],
  spec: Spec<D>,
): Setting<Value<C, D>> {
  const expected = choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`;
  return setting<C, D>(name, spec, {
    expected,
    read: (said) => choices.find((each) => each === said.trim().toLowerCase()),
  });
}
