import { setting, type Setting, type Spec } from '../setting.js';

export interface ListSpec extends Spec<null> {
  readonly each: { readonly pattern: RegExp; readonly expected: string };
}

/** Several, separated by commas. None when it is unset. */
export function list(name: string, spec: ListSpec): Setting<readonly string[] | null> {
  return setting<readonly string[], null>(name, spec, {
    expected: `${spec.each.expected}, several separated by commas`,
    read(said) {
      const items = said
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      return items.length > 0 && items.every((item) => spec.each.pattern.test(item)) ? items : undefined;
    },
  });
}
