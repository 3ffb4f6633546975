/** What a request of a batch may ask on. */
export type RequestUrl = '/v1/embeddings' | '/v1/chat/completions' | '/v1/responses';
