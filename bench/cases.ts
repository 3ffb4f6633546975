import type { Conditions, Contender } from './measure.ts';

export interface Case extends Conditions {
  readonly contenders: readonly Contender[];
}

export const batchSizes = [100, 1_000, 50_000] as const;
export const turnaroundsSeconds = [0, 5] as const;

/** The case whose memory is compared with that of more documents. */
export const usual = { batchSize: 1_000, turnaroundSeconds: 0 } as const;

export function casesOf({ documents, moreDocuments }: { documents: number; moreDocuments: number }): Case[] {
  const all = turnaroundsSeconds.flatMap((turnaroundSeconds) =>
    batchSizes.map((batchSize): Case => ({
      documents,
      batchSize,
      turnaroundSeconds,
      contenders: ['plain', 'engine', 'python'],
    })),
  );
  return [...all, { ...usual, documents: moreDocuments, contenders: ['engine'] }];
}
