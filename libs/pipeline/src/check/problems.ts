import { ValidationError } from '@batchmill/contracts';
import type { TemplateSyntaxError } from '@batchmill/templates';
import { describeValue } from './describe-value.js';

/** Collects everything that is wrong with a definition, so that one start reports all of it. */
export class Problems {
  private readonly messages: string[] = [];

  constructor(private readonly file: string) {}

  /** `key` is the path in the definition, `''` for the definition itself. */
  add(key: string, found: string, expected: string): void {
    this.messages.push(
      `${[this.file, key].filter((part) => part !== '').join(': ')}: found ${found}, expected ${expected}`,
    );
  }

  /** Adds a wrong value with its description. */
  addValue(key: string, value: unknown, expected: string): void {
    this.add(key, describeValue(value), expected);
  }

  /** Adds a template that does not parse. `file` is the template's own file, null when it is in the definition. */
  addTemplate(key: string, file: string | null, error: TemplateSyntaxError): void {
    const place = [file, error.line === null ? null : `line ${error.line}`].filter((part) => part !== null).join(', ');
    const found = `a template that does not parse${place === '' ? '' : ` (${place})`}: ${error.message}`;
    this.add(key, found, 'a Liquid template');
  }

  /** Throws a ValidationError with all problems, if there are any. */
  throwIfAny(): void {
    if (this.messages.length > 0) throw new ValidationError('pipeline.invalid', this.messages.join('\n'));
  }
}
