import 'reflect-metadata';
import type { KafkaClientName } from '@batchmill/bus/kafka';
import { parseArgs } from 'node:util';
import { idleTopics, latencyOfBus, latencyOfKafkajs, type Latency } from './bus-latency.ts';
import { throughputOfBus, throughputOfKafkajs, throughputOfStage, type Throughput } from './bus-throughput.ts';
import type { Goal } from './goals.ts';
import { inTurns, median, timesOf } from './in-turns.ts';
import { goalLines } from './report.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: events through Kafka, sent and handled by kafkajs alone, by the bus with each of its clients, and by
 * a stage on the bus. Each reads its own topic, which is filled before. Then the latency from a publish to the start of its
 * handling, while everything else is idle. The contenders take turns; a figure is the median of its rounds.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    single: { type: 'string', default: '200' },
  },
});
const [eventCount, rounds, singleCount] = [Number(values.events), Number(values.rounds), Number(values.single)];
const clients: readonly KafkaClientName[] = ['kafkajs', 'platformatic'];
/** Each of the clients as a contender. */
const withEach = <T>(what: string, measure: (client: KafkaClientName) => Promise<T>) =>
  Object.fromEntries(clients.map((client) => [`${what} by ${client}`, () => measure(client)]));

const committingEach = 'kafkajs alone, committing each';
const throughput = await inTurns<Throughput>(
  {
    'kafkajs alone, periodic commits': () => throughputOfKafkajs(eventCount, 'periodically'),
    [committingEach]: () => throughputOfKafkajs(eventCount, 'after each message'),
    ...withEach('the bus', (client) => throughputOfBus(eventCount, client)),
    ...withEach('a stage on the bus', (client) => throughputOfStage(eventCount, client)),
  },
  rounds,
);
const latency = await inTurns<Latency>(
  {
    [committingEach]: () => latencyOfKafkajs(singleCount),
    ...withEach('the bus', (client) => latencyOfBus(singleCount, client)),
  },
  rounds,
);

const alone = throughput.get(committingEach) ?? [];
const goals = [...throughput.keys()]
  .filter((name) => !name.startsWith('kafkajs alone'))
  .map((name): Goal => {
    const { times, each } = timesOf(throughput.get(name) ?? [], alone, (one, base) => base.handledMs / one.handledMs);
    return {
      name: `${name} handles at least as many as ${committingEach}`,
      found: `${times.toFixed(2)} times (${each})`,
      isHit: times >= 1,
    };
  });

const timesText = ({ times, each }: ReturnType<typeof timesOf>) => `${times.toFixed(2)} (${each})`;
const perSecond = (ms: number) => (eventCount / (ms / 1000)).toFixed(0);
process.stdout.write(
  `The bus: ${eventCount} events in calls of 100, handled one by one; medians of ${rounds} rounds\n\n${table([
    ['way', 'sent/s', 'handled/s', `handled: times ${committingEach}`],
    ...[...throughput].map(([name, measured]) => [
      name,
      perSecond(median(measured.map(({ sentMs }) => sentMs))),
      perSecond(median(measured.map(({ handledMs }) => handledMs))),
      timesText(timesOf(measured, alone, (one, base) => base.handledMs / one.handledMs)),
    ]),
  ])}\nFrom a publish to the start of its handling: ${singleCount} events, one after the other, ${idleTopics} idle topics beside; medians of ${rounds} rounds\n\n${table(
    [
      ['way', 'p50', 'p99', `p50: times ${committingEach}`],
      ...[...latency].map(([name, measured]) => [
        name,
        `${median(measured.map(({ p50 }) => p50)).toFixed(1)} ms`,
        `${median(measured.map(({ p99 }) => p99)).toFixed(1)} ms`,
        timesText(timesOf(measured, latency.get(committingEach) ?? [], (one, base) => one.p50 / base.p50)),
      ]),
    ],
  )}\n${goalLines(goals)}`,
);
