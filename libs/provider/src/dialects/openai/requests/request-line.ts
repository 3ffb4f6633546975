import type { RenderedRequest } from '../../../requests/rendered-request.js';

/** The line of a request in a batch file, with its newline. */
export function requestLine(customId: string, { url, body }: Pick<RenderedRequest, 'url' | 'body'>): string {
  return `${JSON.stringify({ custom_id: customId, method: 'POST', url, body })}\n`;
}
