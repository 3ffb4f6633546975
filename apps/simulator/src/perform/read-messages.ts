import { OpenAiError } from '../http/openai-error.js';

export interface Message {
  readonly role: string;
  /** Null: it names none. */
  readonly name: string | null;
  readonly text: string;
}

/** The texts of `messages`, or of the list form of `input`. Throws an OpenAiError that names the parameter. */
export function readMessages(value: unknown, param: string): Message[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new OpenAiError(400, `Invalid '${param}': expected an array with at least one message.`, { param });
  }
  return value.map((message: unknown, index) => {
    if (typeof message !== 'object' || message === null) {
      throw new OpenAiError(400, `Invalid type for '${param}[${index}]': expected an object.`, { param });
    }
    const { role, name, content } = message as { role?: unknown; name?: unknown; content?: unknown }; // checked on use
    if (typeof role !== 'string') {
      throw new OpenAiError(400, `Missing required parameter: '${param}[${index}].role'.`, { param });
    }
    return { role, name: typeof name === 'string' ? name : null, text: textOf(content) };
  });
}

/** The question to the model: the user's last message, or the last message. */
export function promptOf(messages: readonly Message[]): string {
  return (messages.findLast(({ role }) => role === 'user') ?? messages.at(-1))?.text ?? '';
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (typeof part === 'object' && part !== null && 'text' in part ? part.text : ''))
    .filter((text) => typeof text === 'string')
    .join('\n');
}
