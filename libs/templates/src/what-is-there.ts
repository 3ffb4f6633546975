import { closestName } from '@batchmill/contracts';
import { isPlainObject, readPath } from '@batchmill/documents';

/** What a template could have named. */
export interface Seen {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Variable to dotted path, as the pipeline maps them; null: no document is seen. */
  readonly fieldMap: Readonly<Record<string, string>> | null;
}

const maxNames = 12;
const maxLetters = 40;

/** Of a variable that has no value: which names there are where it was looked for. Names of fields alone. */
export function whatIsThere(missing: string, { variables, fieldMap }: Seen): string {
  const parts = missing.split('.');
  const mapped = fieldMap?.[missing];
  if (mapped !== undefined) return `fieldMap takes it from "${mapped}"`;
  const parent = parts.slice(0, -1).join('.');
  const around = parent === '' ? variables : readPath(variables, parent);
  if (!isPlainObject(around)) return `"${parent}" is no object`;
  const names = Object.keys(around).filter((name) => around[name] !== undefined && around[name] !== null);
  const meant = closestName(parts.at(-1) ?? '', names);
  return [
    parent === '' ? `there is ${listed(names)}` : `"${parent}" has ${listed(names)}`,
    ...(meant === null ? [] : [`did you mean "${[parent, meant].filter((part) => part !== '').join('.')}"?`]),
  ].join('; ');
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const told = names
    .slice(0, maxNames)
    .map((name) => (name.length > maxLetters ? `${name.slice(0, maxLetters)}…` : name));
  const left = names.length - told.length;
  return `${told.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}
