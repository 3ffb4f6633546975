/** The endpoints that are simulated, synchronously and in batches. */
export const endpoints = ['/v1/embeddings', '/v1/chat/completions', '/v1/responses'] as const;

export type Endpoint = (typeof endpoints)[number];

export function isEndpoint(url: unknown): url is Endpoint {
  return endpoints.some((endpoint) => endpoint === url);
}

/** The kind of model that answers there. */
export function kindOf(endpoint: Endpoint): 'embedding' | 'chat' {
  return endpoint === '/v1/embeddings' ? 'embedding' : 'chat';
}
