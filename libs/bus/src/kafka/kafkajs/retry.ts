/** Retries of a request. Few, because the caller retries too and knows how long to wait. */
export const retry = { retries: 3, initialRetryTime: 200, maxRetryTime: 2_000 };
