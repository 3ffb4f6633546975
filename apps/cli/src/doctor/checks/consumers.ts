import { consumerNames } from '@batchmill/all-in-one';
import type { Check } from '../check.js';
import { failed, ok } from '../finding.js';

/** The consumers of the user's folder, which may have none. */
export const consumersCheck: Check = {
  name: 'consumers',
  group: 'Pipelines',
  title: () => 'consumers',
  setting: 'BATCHMILL_CONSUMERS_FOLDER',
  settingGroups: ['installation'],
  after: () => [],
  async run({ settings, consumers }) {
    const tried = await consumers();
    const known = [...consumerNames(), ...[...tried.consumers, ...tried.problems].map(({ name }) => name)];
    const chosen = settings.service.consumers ?? [];
    return [
      ...tried.consumers.map(({ name }) => ok(`consumer ${name}`)),
      ...tried.problems.map(({ name, message }) => {
        const [, file] = /^(\S+?\.[cm]?[jt]s):/.exec(message) ?? [];
        const remedy = `correct ${file ?? 'what the reason names'}, then: batchmill validate`;
        return failed(name === null ? 'consumers' : `consumer ${name}`, { reason: message, remedy });
      }),
      ...chosen
        .filter((name) => !known.includes(name))
        .map((name) =>
          failed('setting BATCHMILL_CONSUMERS', {
            reason: `found ${name}, expected a consumer of ${settings.installation.consumers}`,
            remedy: `batchmill new consumer ${name}, or take it out of BATCHMILL_CONSUMERS`,
          }),
        ),
    ];
  },
};
