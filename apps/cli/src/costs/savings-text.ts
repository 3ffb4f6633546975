import { usdOf } from '@batchmill/models';
import { paidOf, savedOf, withoutBatchmill, type LedgerQuery, type Savings } from '@batchmill/records';
import { formatQuantity, formatUsd } from '../show/format.js';
import { savedText } from '../show/run-summary.js';
import { table, type Column } from '../show/table.js';
import { queryJson } from './cost-filter.js';
import { unpricedText, type UnpricedModel } from './unpriced-work.js';

const columns: readonly Column[] = [{ title: 'WHAT' }, { title: 'US DOLLARS', right: true }, { title: 'FROM' }];

/** One table, whose rows add up, and one number. */
export function savingsText(savings: Savings, unpriced: readonly UnpricedModel[], maxColumns: number): string {
  const { counts } = savings;
  if (counts.requests + counts.unpriced + counts.reusedAnswers === 0) return 'nothing was billed\n';
  const rows = [
    ['answers, at the synchronous price', savings.synchronousPrice, 'their tokens, standard price'],
    [
      '+ adopted, not sent again',
      savings.adopted,
      formatQuantity(counts.adoptedBatches, 'adopted batch', 'adopted batches'),
    ],
    [
      '+ kept answers, not asked again',
      savings.reprocessed,
      formatQuantity(counts.reprocessedAnswers, 'reprocessed answer'),
    ],
    ['+ reused, not bought again', savings.reused, formatQuantity(counts.reusedAnswers, 'reused answer')],
    ['= without Batchmill', withoutBatchmill(savings), 'the sum'],
    ['answers, in batches', savings.paidInBatches, 'their tokens, batch price'],
    ['+ answers, synchronously', savings.paidSynchronously, 'standard or flex price'],
    ['+ wasted: answers not used', savings.wastedAnswers, 'invalid, failed or not shown'],
    ['+ wasted: expired or cancelled', savings.wastedInEnded, 'the same in such batches'],
    ['+ wasted: orphans', savings.orphans, formatQuantity(counts.orphans, 'orphan')],
    ['= paid', paidOf(savings), 'the sum'],
  ] as const;
  const texts = rows.map(([what, nanoUsd, from]) => [what, formatUsd(usdOf(nanoUsd)), from]);
  return `${table(columns, texts, maxColumns)}${lastLine(savings)}${unpricedText(unpriced)}`;
}

function lastLine(savings: Savings): string {
  return `saved ${savedText({ savedUsd: usdOf(savedOf(savings)), ofUsd: usdOf(withoutBatchmill(savings)) })}\n`;
}

/** The JSON of `savings --json`. */
export function savingsJson(
  savings: Savings,
  unpriced: readonly UnpricedModel[],
  query: LedgerQuery,
): Record<string, unknown> {
  const without = withoutBatchmill(savings);
  const { counts } = savings;
  return {
    ...queryJson(query),
    savedUsd: usdOf(savedOf(savings)),
    ofUsd: usdOf(without),
    fraction: without > 0 ? savedOf(savings) / without : null,
    synchronousUsd: usdOf(savings.synchronousPrice),
    notBoughtAgainUsd: {
      adopted: usdOf(savings.adopted),
      reprocessed: usdOf(savings.reprocessed),
      reused: usdOf(savings.reused),
    },
    paidUsd: {
      total: usdOf(paidOf(savings)),
      inBatches: usdOf(savings.paidInBatches),
      synchronously: usdOf(savings.paidSynchronously),
    },
    wastedUsd: {
      answers: usdOf(savings.wastedAnswers),
      expiredOrCancelled: usdOf(savings.wastedInEnded),
      orphans: usdOf(savings.orphans),
    },
    counts,
    unpriced,
  };
}
