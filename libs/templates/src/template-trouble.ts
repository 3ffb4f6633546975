/** An output of a template came to null or to nothing at all. */
export class TemplateNothingError extends Error {}

/** A template made more than it may; the message says of what. */
export class TemplateLimitError extends Error {}
