import type { RenderedRequest } from '../../../requests/rendered-request.js';

export interface PromptIn {
  /** Who says it; `text`: what is embedded. */
  readonly role: 'system' | 'user' | 'text';
  readonly text: string;
}

/** What a request says to the model, in the order in which it is sent. */
export function promptsIn({ body, url }: RenderedRequest): PromptIn[] {
  const said = (role: PromptIn['role'], text: unknown): PromptIn[] =>
    typeof text === 'string' && text !== '' ? [{ role, text }] : [];
  switch (url) {
    case '/v1/embeddings':
      return said('text', body['input']);
    case '/v1/responses':
      return [...said('system', body['instructions']), ...said('user', body['input'])];
    case '/v1/chat/completions': {
      const messages = body['messages'] as readonly { role: 'system' | 'user'; content: string }[]; // as chatBody makes them
      return messages.flatMap(({ role, content }) => said(role, content));
    }
  }
}
