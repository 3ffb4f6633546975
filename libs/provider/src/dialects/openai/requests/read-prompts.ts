import type { RenderedRequest } from '../../../requests/rendered-request.js';

export interface RequestPrompt {
  /** The role of the message; `text` for a text to embed. */
  readonly role: 'system' | 'user' | 'text';
  readonly text: string;
}

/** The prompts in the body of a request, in the order in which the model reads them. */
export function readPrompts({ body, url }: RenderedRequest): RequestPrompt[] {
  const prompt = (role: RequestPrompt['role'], text: unknown): RequestPrompt[] =>
    typeof text === 'string' && text !== '' ? [{ role, text }] : [];
  switch (url) {
    case '/v1/embeddings':
      return prompt('text', body['input']);
    case '/v1/responses':
      return [...prompt('system', body['instructions']), ...prompt('user', body['input'])];
    case '/v1/chat/completions': {
      const messages = body['messages'] as readonly { role: 'system' | 'user'; content: string }[]; // made by chatBody
      return messages.flatMap(({ role, content }) => prompt(role, content));
    }
  }
}
