/** An output of a template evaluated to null or undefined. */
export class MissingValueError extends Error {}

/** A template exceeded a limit. The message names the limit. */
export class TemplateLimitError extends Error {}

/** A key rendered to a field at another depth than the template has, because a variable in it contained a dot. */
export class TemplateKeyError extends Error {
  /** The key as the template has it. */
  readonly key: string;

  constructor(key: string) {
    super('the key has another number of parts than its template');
    this.key = key;
  }
}

/** A filter would calculate with a number, or to one, that has more digits than it keeps. */
export class InexactNumberError extends Error {}

/** A value would add an update operator, a key that begins with `$`. Only the template itself may contain operators. */
export class TemplateOperatorError extends Error {}
