/** Errors of templates that appear when a template is rendered. */
export const templatesErrorCodes = {
  'template.missing-value': 'A template uses a variable for which the document has no value.',
  'template.limit': 'A template took too long or made too much text. Check its loops.',
  'template.inexact-number':
    'A filter of a template calculates with a number that has more digits than double precision keeps. Nothing was sent. Show the number without calculating, or calculate in a preprocess function.',
  'template.failed': 'A template could not be rendered for the document.',
  'response.bad-path':
    'The response template did not render to an update, or the update writes a field that it must not write.',
} as const;

export type TemplatesErrorCode = keyof typeof templatesErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<TemplatesErrorCode, string> {}
}
