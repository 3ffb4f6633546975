import { liquidEngine } from './liquid-engine.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

/** A text template, parsed once and rendered per document. */
export interface PromptTemplate {
  readonly source: string;
  /** Throws what the engine throws; `templateError` says it without contents. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

const engine = liquidEngine({ keepOutputType: false });

/** Throws TemplateSyntaxError. */
export function compilePrompt(source: string): PromptTemplate {
  try {
    const parsed = engine.parse(source);
    return {
      source,
      render: (variables) => String(engine.renderSync(parsed, variables)),
    };
  } catch (error) {
    throw new TemplateSyntaxError(error);
  }
}
