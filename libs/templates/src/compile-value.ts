import { isPlainObject } from '@batchmill/documents';
import { compilePrompt } from './compile-prompt.js';
import { liquidEngine } from './liquid-engine.js';
import { rejectOperators } from './reject-operators.js';
import { TemplateKeyError, TemplateOperatorError } from './render-errors.js';
import { checkTemplateSyntax } from './syntax/check-template-syntax.js';
import { TemplateSyntaxError } from './syntax/template-syntax-error.js';

type Variables = Readonly<Record<string, unknown>>;
type Render = (variables: Variables) => unknown;
type OnError = (path: string, error: TemplateSyntaxError) => void;

/** A value whose strings and keys may be templates, parsed once. */
export interface ValueTemplate<Source = unknown> {
  readonly source: Source;
  /** Throws the engine's errors; `templateError` describes them without contents. */
  render(variables: Variables): unknown;
}

const engine = liquidEngine({ keepOutputType: true });
const strict = { nullIs: 'missing' } as const;
const singleOutput = /^\s*\{\{[^{}]*\}\}\s*$/;

/** Calls `onError` for each template that does not parse, with its path within the value. The result is then unusable. */
export function compileValue<Source>(source: Source, onError: OnError): ValueTemplate<Source> {
  return { source, render: compileAt('', source, onError, []) };
}

/** `keys`: the path of the value in an update, its operator first. */
function compileAt(path: string, value: unknown, onError: OnError, keys: readonly string[]): Render {
  const orReport = <T>(compile: () => T, fallback: T): T => {
    try {
      return compile();
    } catch (error) {
      onError(path, error instanceof TemplateSyntaxError ? error : new TemplateSyntaxError(error));
      return fallback;
    }
  };

  if (typeof value === 'string')
    return orReport<Render>(
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
      key: orReport<(variables: Variables) => string>(
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

function compileText(text: string, keys: readonly string[]): Render {
  if (!isTemplate(text)) return () => text;
  if (!singleOutput.test(text)) return compileMixed(text);
  checkTemplateSyntax(text);
  const parsed = engine.parse(text.trim());
  return (variables) => {
    const rendered: unknown = engine.renderSync(parsed, variables);
    rejectOperators(rendered, keys);
    return rendered ?? null;
  };
}

/** Renders to text, whatever the types of the variables. */
function compileMixed(text: string): Render {
  const template = compilePrompt(text, strict);
  return (variables) => template.render(variables);
}

/**
 * The rendered key never leaves its level: it throws a TemplateKeyError when a variable with a dot would name another field,
 * a TemplateOperatorError when a variable would become an operator.
 */
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
