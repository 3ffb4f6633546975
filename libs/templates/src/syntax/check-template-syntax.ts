import { checkTags } from './check-tags.js';
import { findJinjaSyntax } from './jinja-syntax.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

/**
 * Throws a TemplateSyntaxError for Jinja syntax and for text in tags and outputs that the engine would ignore without an
 * error. What the engine itself rejects is left to the engine.
 */
export function checkTemplateSyntax(source: string): void {
  const jinja = findJinjaSyntax(source);
  if (jinja !== null) throw new TemplateSyntaxError(jinja.message, jinja.line);
  checkTags(source);
}
