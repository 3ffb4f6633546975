import type { ParameterType, ParameterValue } from '../definition/parameter-definitions.js';

/**
 * A value as a parameter of a type; undefined when it is none. `fromText`: texts from a command line stand for other
 * types too (`5`, `true`, `a,b`, `["a, b", "c"]`).
 */
export function readParameter(
  value: unknown,
  type: ParameterType,
  { fromText }: { fromText: boolean },
): ParameterValue | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return readNumber(value, fromText);
    case 'boolean':
      return readBoolean(value, fromText);
    case 'string[]':
      return readTexts(value, fromText);
  }
}

function readNumber(value: unknown, fromText: boolean): number | undefined {
  const number = fromText && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readBoolean(value: unknown, fromText: boolean): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (!fromText || typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function readTexts(value: unknown, fromText: boolean): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const texts = value.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
    return texts.length === value.length ? texts : undefined;
  }
  if (!fromText || typeof value !== 'string') return undefined;
  if (value.trimStart().startsWith('[')) return readTexts(parsed(value), false);
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
