export { compilePrompt, type PromptTemplate } from './compile-prompt.js';
export { compileValue, isTemplate, type ValueTemplate } from './compile-value.js';
export { templatesErrorCodes, type TemplatesErrorCode } from './error-codes.js';
export { TemplateSyntaxError } from './syntax/template-syntax-error.js';
export { templateError, undefinedVariable, type TemplateScope } from './template-error.js';
export { isMissing } from './value-to-text.js';
