import type { Conditions, Contender } from './measure.ts';

export interface Case extends Conditions {
  readonly contenders: readonly Contender[];
  /** The number of measurements. The best one counts, because other work on the machine only adds time. */
  readonly times: number;
}

export const batchSizes = [100, 1_000, 50_000] as const;
export const turnaroundsSeconds = [0, 5] as const;

/** The case whose stages are printed, and whose memory is compared with that of more documents. */
export const usual = { batchSize: 1_000, turnaroundSeconds: 0 } as const;

export function casesOf({ documents, moreDocuments }: { documents: number; moreDocuments: number }): Case[] {
  const both = turnaroundsSeconds.flatMap((turnaroundSeconds) =>
    batchSizes.map((batchSize): Case => {
      const isUsual = batchSize === usual.batchSize && turnaroundSeconds === usual.turnaroundSeconds;
      return { documents, batchSize, turnaroundSeconds, contenders: ['plain', 'pipeline'], times: isUsual ? 2 : 1 };
    }),
  );
  return [...both, { ...usual, documents: moreDocuments, contenders: ['pipeline'], times: 1 }];
}
