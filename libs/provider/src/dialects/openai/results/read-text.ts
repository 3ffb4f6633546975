import type { RequestUrl } from '../../../requests/request-url.js';
import type { Said } from '../../../results/said.js';
import { readChat } from './read-chat.js';
import { readResponses } from './read-responses.js';

/** What a model said on an endpoint. */
export function readText(url: RequestUrl, body: object): Said {
  return url === '/v1/responses' ? readResponses(body) : readChat(body);
}
