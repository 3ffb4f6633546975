import type { BusDescription, DescribedGroup, DescribedTopic } from '../bus.js';
import type { AdminLink } from './admin-link.js';

const maxBytes = 'max.message.bytes';
const timeOf = 'message.timestamp.type';

/** What the brokers tell of topics and groups. Nothing is created by asking: topics are listed first. */
export async function describeBus(
  link: AdminLink,
  topics: readonly string[],
  groups: readonly string[],
): Promise<BusDescription> {
  const brokers = await link.request('Counting the brokers', (admin) => admin.countBrokers());
  const names = await link.request('Listing the topics', (admin) => admin.listTopics());
  const existing = topics.filter((topic) => names.includes(topic));
  return {
    brokers,
    names,
    topics: existing.length === 0 ? [] : await describeTopics(link, existing),
    groups: groups.length === 0 ? [] : await describeGroups(link, groups),
  };
}

async function describeTopics(link: AdminLink, topics: readonly string[]): Promise<DescribedTopic[]> {
  const layouts = await link.request('Describing the topics', (admin) => admin.layoutOf(topics));
  const settings = await settingsOf(link, topics);
  return topics.map((topic) => {
    const layout = layouts.find((each) => each.topic === topic);
    const own = settings.get(topic);
    const bytes = Number(own?.get(maxBytes));
    const time = own?.get(timeOf);
    return {
      topic,
      partitions: layout?.partitions ?? 0,
      replicas: layout?.replicas ?? null,
      maxMessageBytes: Number.isFinite(bytes) ? bytes : null,
      isTimedByBus: time === undefined ? null : time === 'LogAppendTime',
    };
  });
}

/** By topic. Brokers may not tell their settings; then there are none. */
async function settingsOf(link: AdminLink, topics: readonly string[]): Promise<Map<string, Map<string, string>>> {
  return link
    .request('Reading the settings of topics', (admin) => admin.settingsOf(topics, [maxBytes, timeOf]))
    .catch(() => new Map());
}

async function describeGroups(link: AdminLink, groups: readonly string[]): Promise<DescribedGroup[]> {
  const described = await link.request('Describing the groups', (admin) => admin.describeGroups(groups));
  return groups.map((group) => {
    const { members = [] } = described.find((each) => each.group === group) ?? {};
    return { group, members: members.map(({ client, host }) => ({ client, host: host.replace(/^\//, '') })) };
  });
}
