import { TemplateSyntaxError, compilePrompt, type PromptTemplate } from '@batchmill/templates';
import { isPromptFile } from '../definition/file-references.js';
import { readFile, type CheckContext } from './check-context.js';
import type { Section } from './section.js';

/** Null when there is none, or when it is wrong, which is then added to the problems. */
export function checkPrompt(
  context: CheckContext,
  section: Section,
  key: string,
  fallback: { readonly text: string | undefined; readonly setting: string } | null,
): PromptTemplate | null {
  const value = section.get(key) ?? fallback?.text;
  const at =
    section.has(key) || fallback === null
      ? section.at(key)
      : `${section.at(key)}, which is the setting ${fallback.setting}`;
  if (value === undefined) return null;
  const file = isPromptFile(value) ? value.file : null;
  // A prompt does not include the newline at the end of its file.
  const text = isPromptFile(value) ? (readFile(context, at, value.file)?.replace(/\r?\n$/, '') ?? null) : value;
  if (typeof text !== 'string') {
    if (text !== null) context.problems.addValue(at, value, 'a text or prompt(file)');
    return null;
  }
  try {
    return compilePrompt(text, { nullIs: 'missing' });
  } catch (error) {
    const syntaxError = error instanceof TemplateSyntaxError ? error : new TemplateSyntaxError(error);
    context.problems.addTemplate(at, file, syntaxError);
    return null;
  }
}
