/** What is wrong with a template, seen when it is rendered. */
export const templatesErrorCodes = {
  'template.missing-value': 'A template names a variable that the document does not have.',
  'template.limit': 'A template took longer, or made more, than one may; see its loops.',
  'template.failed': 'A template could not be rendered for the document.',
  'response.bad-path': 'The response template gave no update, or one of a field that must not be written.',
} as const;

export type TemplatesErrorCode = keyof typeof templatesErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<TemplatesErrorCode, string> {}
}
