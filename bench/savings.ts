import { stages } from '@batchmill/all-in-one';
import { RunRequested } from '@batchmill/contracts';
import { PriceBook, countTokens, usdOf } from '@batchmill/models';
import { definePipeline } from '@batchmill/pipeline';
import {
  addSavings,
  noSavings,
  paidOf,
  savedOf,
  withoutBatchmill,
  type LedgerQuery,
  type Savings,
} from '@batchmill/records';
import { awaitRun, publishEvent } from '@batchmill/service';
import { TestEngine } from '@batchmill/testing';
import { parseArgs } from 'node:util';
import { RepeatingCorpus, type Paragraph } from './repeating-corpus.ts';
import { table } from './table.ts';

/*
 * `npm run bench:savings [-- --documents 4000 --seed 1]`: embeds a seeded corpus with repetition at a simulated provider, edits some
 * of it, runs again, and prints what the ledger says and what the 70 % of requirement M2 take. Money is the provider's price of real
 * tokens; how much repeats and how much is edited are assumptions, which are printed.
 */
const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '1' },
    boilerplate: { type: 'string', default: '15' },
    templates: { type: 'string', default: '15' },
    edited: { type: 'string', default: '10' },
    added: { type: 'string', default: '5' },
  },
});
const count = Number(values.documents);
const [boilerplate, templates, edited, added] = [values.boilerplate, values.templates, values.edited, values.added].map(
  (percent) => Number(percent) / 100,
) as [number, number, number, number];
const goal = 0.7;
const model = 'text-embedding-3-small';
const prices = new PriceBook({ provider: 'openai' });

const pipeline = definePipeline({
  name: 'paragraphs',
  source: { collection: 'paragraphs', parentIdField: 'page' },
  embeddings: {
    model,
    dimensions: 8,
    text: 'text',
    status: { field: 'embedding_status' },
    vectors: { collection: 'p' },
  },
  batch: { batchSize: 1_000 },
});

const bundle = await TestEngine.open({ pipelines: [pipeline] });
try {
  await bundle.start(stages);
  const corpus = new RepeatingCorpus(Number(values.seed), { boilerplate, templates });
  const collection = bundle.engine.documentStore.collection<Paragraph>('paragraphs');
  const first = corpus.next(count);
  await collection.insertMany(first);
  await run('first');

  const changed = corpus.edited(first, edited);
  for (const { _id, text } of changed)
    await collection.updateOne({ _id }, { $set: { text, embedding_status: 'pending' } });
  const more = corpus.next(Math.round(count * added));
  await collection.insertMany(more);
  await run('second');

  const sentSecond = [...changed, ...more];
  const changedIds = new Set(changed.map(({ _id }) => _id));
  const unchanged = first.filter(({ _id }) => !changedIds.has(_id));
  await checkTokens('first', first);
  await checkTokens('second', sentSecond);
  await report({ first, sentSecond, unchanged });
} finally {
  await bundle.close();
}

async function run(runId: string): Promise<void> {
  await publishEvent(bundle.engine, new RunRequested({ runId, pipeline: 'paragraphs', endpoint: 'embeddings' }));
  const ended = await awaitRun(bundle.engine, runId);
  if (ended?.status !== 'finished') throw new Error(`run ${runId} ended as ${ended?.status ?? 'nothing'}`);
}

/** What the documents cost is computed here by their texts, so these must have the tokens that were billed. */
async function checkTokens(runId: string, sent: readonly Paragraph[]): Promise<void> {
  let billed = 0;
  for await (const { tokens } of bundle.engine.ledger.entries({ runId })) billed += tokens.input;
  const expected = sent.reduce((sum, { text }) => sum + countTokens(text, model), 0);
  if (billed !== expected) throw new Error(`run ${runId}: the ledger has ${billed} tokens, the texts have ${expected}`);
}

async function savingsOf(query: LedgerQuery): Promise<Savings> {
  let savings = noSavings;
  for await (const entry of bundle.engine.ledger.entries(query)) savings = addSavings(savings, entry);
  return savings;
}

async function report(sent: {
  readonly first: readonly Paragraph[];
  readonly sentSecond: readonly Paragraph[];
  readonly unchanged: readonly Paragraph[];
}): Promise<void> {
  const rows = [];
  for (const [name, query] of [
    ['first run', { runId: 'first' }],
    ['second run', { runId: 'second' }],
    ['both', {}],
  ] as const) {
    const savings = await savingsOf(query);
    const [without, paid, saved] = [withoutBatchmill(savings), paidOf(savings), savedOf(savings)];
    rows.push([name, String(savings.counts.requests), usd(without), usd(paid), usd(saved), percent(saved / without)]);
  }
  const both = await savingsOf({});
  const unchanged = priceOf(sent.unchanged);
  const repeated = repeatedIn([...sent.first, ...sent.sentSecond]);
  // A text that is embedded once is not paid at the price of a batch either.
  const ways = [
    ['the price of batches', savedOf(both) / withoutBatchmill(both)],
    ['and unchanged documents, not sent again', (savedOf(both) + unchanged) / (withoutBatchmill(both) + unchanged)],
    [
      'and identical texts once (not done)',
      (savedOf(both) + unchanged + repeated / 2) / (withoutBatchmill(both) + unchanged),
    ],
  ] as const;
  const [, withUnchanged] = ways;
  process.stdout.write(
    [
      `${count} paragraphs, seed ${values.seed}: ${percent(boilerplate)} boilerplate, ${percent(templates)} of templates; `,
      `then ${percent(edited)} edited and ${percent(added)} added\n\n`,
      table([['by the ledger', 'requests', 'without', 'paid', 'saved', ''], ...rows]),
      '\n',
      table([
        ['against a script that sends everything in both runs', ''],
        ...ways.map(([way, share]) => [way, percent(share)]),
      ]),
      '\n',
      `one run alone takes ${percent(2 * goal - 1)} of identical texts for ${percent(goal)}, once they are not sent again; the first run has `,
      `${percent(repeatedIn(sent.first) / priceOf(sent.first))}\n\n`,
      verdict('the number of batchmill savings', savedOf(both) / withoutBatchmill(both)),
      verdict('with unchanged documents, which no record counts', withUnchanged[1]),
    ].join(''),
  );
}

/** In nano-dollars, synchronously, as a request each. */
function priceOf(paragraphs: readonly Paragraph[]): number {
  return paragraphs.reduce((sum, { text }) => sum + priceOfText(text), 0);
}

function priceOfText(text: string): number {
  const usage = { inputTokens: countTokens(text, model), outputTokens: 0 };
  const nanoUsd = prices.costOf(model, usage, new Date(), 'standard');
  if (nanoUsd === null) throw new Error(`no price of ${model} is known`);
  return nanoUsd;
}

/** The price of the texts that were sent before. */
function repeatedIn(paragraphs: readonly Paragraph[]): number {
  const seen = new Set<string>();
  return paragraphs.reduce((sum, { text }) => {
    if (!seen.has(text)) {
      seen.add(text);
      return sum;
    }
    return sum + priceOfText(text);
  }, 0);
}

function verdict(name: string, share: number): string {
  return `${share >= goal ? 'hit ' : 'MISS'}  M2, ${percent(goal)} in all: ${name}: ${percent(share)}\n`;
}

function usd(nanoUsd: number): string {
  return `$${usdOf(nanoUsd).toFixed(6)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
