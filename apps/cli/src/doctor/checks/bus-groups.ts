import { consumerNames, stageNames } from '@batchmill/all-in-one';
import type { BusDescription } from '@batchmill/bus';
import { checkPlace, reportInstallation } from '@batchmill/service';
import { formatQuantity } from '../../show/format.js';
import type { Check } from '../check.js';
import { ok, warning, type Finding } from '../finding.js';

/** A process that works records it twice a minute. */
const workedWithinMs = 120_000;

export const busGroupsCheck: Check = {
  name: 'groups',
  group: 'Bus',
  title: () => 'consumer groups',
  setting: 'BATCHMILL_TOPIC_PREFIX',
  settingGroups: ['adapters', 'Kafka', 'installation'],
  after: () => ['bus', 'state'],
  async run({ settings, ports, clock, consumers }) {
    const bus = await ports.bus();
    if (bus === null) return [];
    const own = (await consumers()).consumers.map(({ name }) => name);
    const groups = [...stageNames, ...consumerNames(), ...own].map((name) => `batchmill.${name}`);
    const described = await bus.describe([], groups);
    if (described.brokers === null) return [];
    const store = await ports.store();
    const isKnown = store !== null && (await checkPlace(store).catch(() => false));
    const worked = isKnown ? (await reportInstallation(store)).worked : null;
    const isOurs = worked !== null && clock.now().getTime() - worked.at.getTime() < workedWithinMs;
    return groupFindings(described, { prefix: settings.adapters.topicPrefix ?? '', isOurs });
  },
};

/** `isOurs`: a process works on this state, so members are expected. */
export function groupFindings(
  { groups }: Pick<BusDescription, 'groups'>,
  { prefix, isOurs }: { readonly prefix: string; readonly isOurs: boolean },
): Finding[] {
  const members = groups.flatMap(({ group, members: of }) => of.map((member) => ({ group, ...member })));
  if (members.length === 0) return [ok('consumer groups: no process consumes')];
  const text = `consumer groups: ${formatQuantity(members.length, 'member')}`;
  const foreign = members.find(({ client }) => !client.startsWith(`${prefix}batchmill-`));
  const other = foreign ?? (isOurs ? undefined : members[0]);
  if (other === undefined) return [ok(text)];
  const { group, client, host } = other;
  return [
    warning(text, {
      reason: `${client} at ${host} consumes in ${prefix}${group}, and is not of this installation: ${foreign === undefined ? 'nothing works on this state' : 'it is another program'}. It takes messages away`,
      remedy: 'set BATCHMILL_TOPIC_PREFIX to a prefix of its own, such as staging., in one of the two',
    }),
  ];
}
