import type { BusDescription } from '@batchmill/bus';
import { checkPlace, reportInstallation } from '@batchmill/service';
import type { Store } from '@batchmill/store';
import { allTopics } from '../../all-topics.js';
import type { Check } from '../check.js';
import { ok, type Finding } from '../finding.js';
import { missingTopicsFinding, settingFindings } from '../topic-findings.js';

export const busTopicsCheck: Check = {
  name: 'topics',
  group: 'Bus',
  title: () => 'topics',
  setting: 'BATCHMILL_BUS',
  settingGroups: ['adapters', 'Kafka', 'installation'],
  after: () => ['bus'],
  async run({ settings, ports, consumers }) {
    const bus = await ports.bus();
    if (bus === null) return [];
    const topics = allTopics((await consumers()).consumers);
    const described = await bus.describe(topics, []);
    if (described.brokers === null) return [];
    const missing = missingFrom(described, topics);
    if (missing.length > 0) await bus.tryTopics(topics);
    const prefix = settings.adapters.topicPrefix ?? '';
    const findings: Finding[] = [
      ...(missing.length === 0
        ? []
        : [missingTopicsFinding(described, { topics, missing, prefix, hasWorked: await hasWorked(ports.store()) })]),
      ...settingFindings(described, { prefix, settings: settings.ofAdapters['Kafka'] ?? {} }),
    ];
    return findings.length > 0 ? findings : [ok(`topics with the prefix "${prefix}": ${topics.length}`)];
  },
};

function missingFrom({ topics: existing }: BusDescription, topics: readonly string[]): string[] {
  return topics.filter((topic) => !existing.some((each) => each.topic === topic));
}

/** False also while the state does not answer, which is found elsewhere. */
async function hasWorked(opening: Promise<Store | null>): Promise<boolean> {
  try {
    const store = await opening;
    if (store === null || !(await checkPlace(store))) return false;
    return (await reportInstallation(store)).worked !== null;
  } catch {
    return false;
  }
}
