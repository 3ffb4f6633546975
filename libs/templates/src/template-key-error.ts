/** A key that rendered to a field of another depth than it was written as, by a dot in one of its variables. */
export class TemplateKeyError extends Error {
  /** As the template was written. */
  readonly key: string;

  constructor(key: string) {
    super('the key has another number of parts than its template');
    this.key = key;
  }
}
