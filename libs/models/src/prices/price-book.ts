/** The synchronous price of a model from a day on, in US dollars per million tokens. */
export interface PriceEntry {
  readonly model: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly from: string;
  readonly inputUsd: number;
  readonly outputUsd: number;
}

/** The price of a batch as a fraction of the synchronous price (https://platform.openai.com/docs/guides/batch). */
export const batchDiscount = 0.5;

/** https://platform.openai.com/docs/pricing */
export const priceBook: readonly PriceEntry[] = [
  { model: 'text-embedding-ada-002', from: '2023-06-13', inputUsd: 0.1, outputUsd: 0 },
  { model: 'text-embedding-3-small', from: '2024-01-25', inputUsd: 0.02, outputUsd: 0 },
  { model: 'text-embedding-3-large', from: '2024-01-25', inputUsd: 0.13, outputUsd: 0 },
  { model: 'gpt-4o', from: '2024-05-13', inputUsd: 5, outputUsd: 15 },
  { model: 'gpt-4o', from: '2024-10-02', inputUsd: 2.5, outputUsd: 10 },
  { model: 'gpt-4o-2024-05-13', from: '2024-05-13', inputUsd: 5, outputUsd: 15 },
  { model: 'gpt-4o-2024-08-06', from: '2024-08-06', inputUsd: 2.5, outputUsd: 10 },
  { model: 'gpt-4o-mini', from: '2024-07-18', inputUsd: 0.15, outputUsd: 0.6 },
  { model: 'gpt-4.1', from: '2025-04-14', inputUsd: 2, outputUsd: 8 },
  { model: 'gpt-4.1-mini', from: '2025-04-14', inputUsd: 0.4, outputUsd: 1.6 },
  { model: 'gpt-4.1-nano', from: '2025-04-14', inputUsd: 0.1, outputUsd: 0.4 },
  { model: 'gpt-5', from: '2025-08-07', inputUsd: 1.25, outputUsd: 10 },
  { model: 'gpt-5-mini', from: '2025-08-07', inputUsd: 0.25, outputUsd: 2 },
  { model: 'gpt-5-nano', from: '2025-08-07', inputUsd: 0.05, outputUsd: 0.4 },
];
