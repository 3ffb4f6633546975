/** What a run asks of the model. The provider's paths follow from it and from the function. */
export const endpoints = ['embeddings', 'inference'] as const;
export type Endpoint = (typeof endpoints)[number];
