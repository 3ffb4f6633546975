import { isPlainObject } from '@batchmill/documents';
import { compilePrompt } from './compile-prompt.js';
import { expectLiquid } from './expect-liquid.js';
import { liquidEngine } from './liquid-engine.js';
import { TemplateKeyError } from './template-key-error.js';
import { TemplateOperatorError, expectNoOperator } from './template-operator-error.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

type Variables = Readonly<Record<string, unknown>>;
type Rendering = (variables: Variables) => unknown;
type OnError = (path: string, error: TemplateSyntaxError) => void;

/** A value with templates in its strings and keys, parsed once. */
export interface ValueTemplate<Source = unknown> {
  readonly source: Source;
  /** Throws what the engine throws; `templateError` says it without contents. */
  render(variables: Variables): unknown;
}

const engine = liquidEngine({ keepOutputType: true });
const strict = { nothingIs: 'missing' } as const;
const oneOutput = /^\s*\{\{[^{}]*\}\}\s*$/;

/** Tells every template that does not parse, with its path within the value; what is returned is of no use then. */
export function compileValue<Source>(source: Source, onError: OnError): ValueTemplate<Source> {
  return { source, render: compileAt('', source, onError, []) };
}

/** `keys`: where in an update it stands, its operator first. */
function compileAt(path: string, value: unknown, onError: OnError, keys: readonly string[]): Rendering {
  const guarded = <T>(compile: () => T, otherwise: T): T => {
    try {
      return compile();
    } catch (error) {
      onError(path, error instanceof TemplateSyntaxError ? error : new TemplateSyntaxError(error));
      return otherwise;
    }
  };

  if (typeof value === 'string')
    return guarded<Rendering>(
      () => compileText(value, keys),
      () => null,
    );
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compileAt(join(path, String(index)), item, onError, [...keys, String(index)]),
    );
    return (variables) => items.map((item) => item(variables));
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(([key, inner]) => ({
      key: guarded<(variables: Variables) => string>(
        () => compileKey(key),
        () => key,
      ),
      value: compileAt(join(path, key), inner, onError, [...keys, key]),
    }));
    return (variables) =>
      Object.fromEntries(entries.map((entry) => [entry.key(variables), entry.value(variables)] as const));
  }
  return () => value;
}

function compileText(text: string, keys: readonly string[]): Rendering {
  if (!isTemplate(text)) return () => text;
  if (!oneOutput.test(text)) return compileMixed(text);
  expectLiquid(text);
  const parsed = engine.parse(text.trim());
  return (variables) => {
    const rendered: unknown = engine.renderSync(parsed, variables);
    expectNoOperator(rendered, keys);
    return rendered ?? null;
  };
}

/** Renders to text, whatever the variables are. */
function compileMixed(text: string): Rendering {
  const template = compilePrompt(text, strict);
  return (variables) => template.render(variables);
}

/** Throws TemplateKeyError when a variable with a dot would write somewhere else, TemplateOperatorError when one would be an operator. */
function compileKey(key: string): (variables: Variables) => string {
  if (!isTemplate(key)) return () => key;
  const template = compilePrompt(key, strict);
  const parts = key.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, '').split('.');
  const isOperator = (part: string, index: number): boolean =>
    part.startsWith('$') && parts[index]?.startsWith('$') !== true;
  return (variables) => {
    const rendered = template.render(variables);
    const renderedParts = rendered.split('.');
    if (renderedParts.length !== parts.length) throw new TemplateKeyError(key);
    if (renderedParts.some(isOperator)) throw new TemplateOperatorError();
    return rendered;
  };
}

export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
