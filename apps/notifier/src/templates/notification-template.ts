import { NotUtf8Error, ValidationError, readTextFile } from '@batchmill/contracts';
import type { NotificationPayload } from '@batchmill/records';
import { TemplateSyntaxError, compilePrompt, type PromptTemplate } from '@batchmill/templates';
import { samplePayloads } from '../payloads/sample-payload.js';

export interface TemplateOptions<Content> {
  /** The setting that names the file. */
  readonly setting: string;
  /** The user's template; null: the built-in one is used. */
  readonly file: string | null;
  readonly builtIn: string;
  /** Turns the rendered text into what the channel sends. Throws an Error that says what was expected. */
  readonly read: (text: string) => Content;
}

export interface Rendered<Content> {
  readonly content: Content;
  /** Why the built-in template was used in place of the user's; null: it was not. */
  readonly warning: string | null;
}

/** Renders payloads to what a channel sends. */
export class NotificationTemplate<Content> {
  readonly #options: TemplateOptions<Content>;
  readonly #template: PromptTemplate;
  readonly #builtIn: PromptTemplate;

  /** Throws a ValidationError `notifications.invalid-template` when the template cannot render each of the samples. */
  constructor(options: TemplateOptions<Content>) {
    const { setting, file, builtIn } = options;
    this.#options = options;
    this.#builtIn = compilePrompt(builtIn);
    try {
      this.#template = file === null ? this.#builtIn : compilePrompt(readTextFile(file));
      for (const sample of samplePayloads(new Date(0))) this.#renderWith(this.#template, sample);
    } catch (error) {
      const place = `${setting}: ${file ?? 'the built-in template'}`;
      throw new ValidationError('notifications.invalid-template', `${place}: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** If the user's template cannot render a payload, the built-in one does, so that no notification is lost. */
  render(payload: NotificationPayload): Rendered<Content> {
    try {
      return { content: this.#renderWith(this.#template, payload), warning: null };
    } catch (error) {
      const warning = `${this.#options.setting}: ${payload.type} was rendered by the built-in template: ${reasonOf(error)}`;
      return { content: this.#renderWith(this.#builtIn, payload), warning };
    }
  }

  #renderWith(template: PromptTemplate, payload: NotificationPayload): Content {
    return this.#options.read(template.render({ ...payload }));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TemplateSyntaxError) {
    return `${error.line === null ? '' : `line ${error.line}: `}it does not parse: ${error.message}`;
  }
  if (error instanceof NotUtf8Error) return `it cannot be read (${error.message})`;
  const { code, message } = error as NodeJS.ErrnoException; // files and the template engine throw Errors
  return code === undefined ? message : `it cannot be read (${code})`;
}
