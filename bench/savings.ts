import { stages } from '@batchmill/all-in-one';
import { RunRequested } from '@batchmill/contracts/events';
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
  await checkTokens('first', textsOf(first), textsOf(first));
  const known = textsOf(unchanged);
  const before = new Set([...known, ...textsOf(first)]);
  const others = [...textsOf(sentSecond)];
  await checkTokens(
    'second',
    new Set(others.filter((text) => !before.has(text))),
    new Set(others.filter((text) => !known.has(text))),
  );
  await report({ first, sentSecond, unchanged });
} finally {
  await bundle.close();
}

async function run(runId: string): Promise<void> {
  await publishEvent(bundle.engine, new RunRequested({ runId, pipeline: 'paragraphs', endpoint: 'embeddings' }));
  const ended = await awaitRun(bundle.engine, runId);
  if (ended?.status !== 'finished') throw new Error(`run ${runId} ended as ${ended?.status ?? 'nothing'}`);
}

function textsOf(paragraphs: readonly Paragraph[]): ReadonlySet<string> {
  return new Set(paragraphs.map(({ text }) => text));
}

/**
 * A text is billed once, and those that are in the vector store are not. The text of a document that was edited since may be there still,
 * so that there is a least and a most.
 */
async function checkTokens(runId: string, least: ReadonlySet<string>, most: ReadonlySet<string>): Promise<void> {
  let billed = 0;
  for await (const { tokens } of bundle.engine.ledger.entries({ runId })) billed += tokens.input;
  const tokensOf = (texts: ReadonlySet<string>): number =>
    [...texts].reduce((sum, text) => sum + countTokens(text, model), 0);
  if (billed >= tokensOf(least) && billed <= tokensOf(most)) return;
  const expected = `${tokensOf(least)} to ${tokensOf(most)}`;
  throw new Error(
    `run ${runId}: the ledger has ${billed} tokens, the texts that were not there before have ${expected}`,
  );
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
    const { requests, reusedAnswers } = savings.counts;
    rows.push([
      name,
      String(requests),
      String(reusedAnswers),
      usd(without),
      usd(paid),
      usd(saved),
      percent(saved / without),
    ]);
  }
  const both = await savingsOf({});
  const unchanged = priceOf(sent.unchanged);
  // A text that is embedded once is not paid at the price of a batch either.
  const withoutRepeats = savedOf(both) / withoutBatchmill(both);
  const withUnchanged = (savedOf(both) + unchanged) / (withoutBatchmill(both) + unchanged);
  const ways = [
    ['the price of batches', 1 - paidOf(both) / both.synchronousPrice],
    ['and identical texts once', withoutRepeats],
    ['and unchanged documents, not sent again', withUnchanged],
  ] as const;
  process.stdout.write(
    [
      `${count} paragraphs, seed ${values.seed}: ${percent(boilerplate)} boilerplate, ${percent(templates)} of templates; `,
      `then ${percent(edited)} edited and ${percent(added)} added\n\n`,
      table([['by the ledger', 'requests', 'reused', 'without', 'paid', 'saved', ''], ...rows]),
      '\n',
      table([
        ['against a script that sends everything in both runs', ''],
        ...ways.map(([way, share]) => [way, percent(share)]),
      ]),
      '\n',
      `one run alone takes ${percent(2 * goal - 1)} of identical texts for ${percent(goal)}; the first run has `,
      `${percent(repeatedIn(sent.first) / priceOf(sent.first))}\n\n`,
      verdict('the number of batchmill savings', withoutRepeats),
      verdict('with unchanged documents, which no record counts', withUnchanged),
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
