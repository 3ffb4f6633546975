/** The one function of the embeddings endpoint. No prompt function may have its name. */
export const embeddingsFunction = 'embeddings';
