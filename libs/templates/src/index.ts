export { compilePrompt, type PromptTemplate } from './compile-prompt.js';
export { compileValue, isTemplate, type ValueTemplate } from './compile-value.js';
export { templatesErrorCodes, type TemplatesErrorCode } from './error-codes.js';
export { templateError, undefinedVariable } from './template-error.js';
export { TemplateSyntaxError } from './template-syntax-error.js';
export type { Seen } from './what-is-there.js';
