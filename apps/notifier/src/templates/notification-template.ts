import { ValidationError } from '@batchmill/contracts';
import type { NotificationPayload } from '@batchmill/records';
import { TemplateSyntaxError, compilePrompt, type PromptTemplate } from '@batchmill/templates';
import { readFileSync } from 'node:fs';
import { samplePayloads } from '../payloads/sample-payload.js';

export interface TemplateOptions<Content> {
  /** The setting that names the file. */
  readonly setting: string;
  /** Null: the template that comes along. */
  readonly file: string | null;
  readonly otherwise: string;
  /** Makes of the text what the channel sends; throws an Error that says what was wanted. */
  readonly read: (text: string) => Content;
}

export interface Rendered<Content> {
  readonly content: Content;
  /** Why it was not rendered by the user's template; null: it was. */
  readonly trouble: string | null;
}

/** Turns what is told into what a channel sends. */
export class NotificationTemplate<Content> {
  readonly #options: TemplateOptions<Content>;
  readonly #template: PromptTemplate;
  readonly #otherwise: PromptTemplate;

  /** Throws a ValidationError `notifications.bad-template` when it cannot render all that is known to be told. */
  constructor(options: TemplateOptions<Content>) {
    const { setting, file, otherwise } = options;
    this.#options = options;
    this.#otherwise = compilePrompt(otherwise);
    try {
      this.#template = file === null ? this.#otherwise : compilePrompt(readFileSync(file, 'utf8'));
      for (const sample of samplePayloads(new Date(0))) this.#renderBy(this.#template, sample);
    } catch (error) {
      const from = `${setting}: ${file ?? 'the template that comes along'}`;
      throw new ValidationError('notifications.bad-template', `${from}: ${whyNot(error)}`, { cause: error });
    }
  }

  /** What the user's template cannot render is told by the one that comes along: nobody misses it for a template's sake. */
  render(payload: NotificationPayload): Rendered<Content> {
    try {
      return { content: this.#renderBy(this.#template, payload), trouble: null };
    } catch (error) {
      const trouble = `${this.#options.setting}: ${payload.type} is told by the built-in template: ${whyNot(error)}`;
      return { content: this.#renderBy(this.#otherwise, payload), trouble };
    }
  }

  #renderBy(template: PromptTemplate, payload: NotificationPayload): Content {
    return this.#options.read(template.render({ ...payload }));
  }
}

function whyNot(error: unknown): string {
  if (error instanceof TemplateSyntaxError) {
    return `${error.line === null ? '' : `line ${error.line}: `}it does not parse: ${error.message}`;
  }
  const { code, message } = error as NodeJS.ErrnoException; // what a file or the engine throws is an Error
  return code === undefined ? message : `it cannot be read (${code})`;
}
