import kafka, { type Admin } from 'kafkajs'; // Node does not see the constants among its named exports
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
  const { brokers } = await link.request('Counting the brokers', (admin) => admin.describeCluster());
  const listed = await link.request('Listing the topics', (admin) => admin.listTopics());
  const existing = topics.filter((topic) => listed.includes(topic));
  return {
    brokers: brokers.length,
    names: listed,
    topics: existing.length === 0 ? [] : await describeTopics(link, existing),
    groups: groups.length === 0 ? [] : await describeGroups(link, groups),
  };
}

async function describeTopics(link: AdminLink, topics: readonly string[]): Promise<DescribedTopic[]> {
  const metadata = await link.request('Describing the topics', (admin) =>
    admin.fetchTopicMetadata({ topics: [...topics] }),
  );
  const settings = await settingsOf(link, topics);
  return topics.map((topic) => {
    const { partitions = [] } = metadata.topics.find(({ name }) => name === topic) ?? {};
    const own = settings.get(topic);
    const bytes = Number(own?.get(maxBytes));
    const time = own?.get(timeOf);
    return {
      topic,
      partitions: partitions.length,
      replicas: partitions[0]?.replicas.length ?? null,
      maxMessageBytes: Number.isFinite(bytes) ? bytes : null,
      isTimedByBus: time === undefined ? null : time === 'LogAppendTime',
    };
  });
}

/** By topic. Brokers may not tell their settings; then there are none. */
async function settingsOf(link: AdminLink, topics: readonly string[]): Promise<Map<string, Map<string, string>>> {
  const described = await link
    .request('Reading the settings of topics', (admin: Admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: topics.map((name) => ({
          type: kafka.ConfigResourceTypes.TOPIC,
          name,
          configNames: [maxBytes, timeOf],
        })),
      }),
    )
    .catch(() => null);
  return new Map(
    (described?.resources ?? []).map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

async function describeGroups(link: AdminLink, groups: readonly string[]): Promise<DescribedGroup[]> {
  const described = await link.request('Describing the groups', (admin) => admin.describeGroups([...groups]));
  return groups.map((group) => {
    const { members = [] } = described.groups.find(({ groupId }) => groupId === group) ?? {};
    return {
      group,
      members: members.map(({ clientId, clientHost }) => ({ client: clientId, host: clientHost.replace(/^\//, '') })),
    };
  });
}
