import { readPriceFile, sharingWarnings, type SettingProblem } from '@batchmill/service';
import type { Check } from '../check.js';
import { failed, ok, warning, type Finding } from '../finding.js';
import { troubleOf } from '../trouble-of.js';

export const settingsCheck: Check = {
  name: 'settings',
  group: 'Installation',
  title: () => 'settings',
  setting: '.env',
  settingGroups: [],
  after: () => [],
  async run({ settings, problems, doubts }) {
    const findings = [
      ...problems.map((problem) => failed(`setting ${problem.name}`, troubleIn(problem))),
      ...doubts.map((doubt) => warning(`setting ${doubt.name}`, troubleIn(doubt))),
      ...pricesOf(settings.openai.pricesFile),
      ...sharingWarnings(settings).map((reason) =>
        warning('settings that belong together', {
          reason,
          remedy: 'set them to servers, unless every process runs on this machine with this BATCHMILL_HOME',
        }),
      ),
    ];
    if (findings.some(({ level }) => level === 'failed')) return findings;
    const environment = settings.installation.environment;
    return Promise.resolve([ok(`settings of the environment, .env.${environment} and .env`), ...findings]);
  },
};

function troubleIn({ name, message }: SettingProblem): { reason: string; remedy: string } {
  const reason = `${name}: ${message}`;
  const [, meant] = /did you mean (\S+)\?$/.exec(message) ?? [];
  if (meant === undefined) {
    const [, expected] = /expected (.+)$/s.exec(message) ?? [];
    return { reason, remedy: `set ${name} to ${expected ?? 'what docs/reference/settings.md says'}, or remove it` };
  }
  return {
    reason,
    remedy: name === 'BATCHMILL_ENV' ? `set BATCHMILL_ENV=${meant}` : `write ${meant} in place of ${name}`,
  };
}

function pricesOf(file: string | null): Finding[] {
  try {
    readPriceFile(file);
    return [];
  } catch (error) {
    return [failed('setting BATCHMILL_PRICES', troubleOf(error, 'BATCHMILL_PRICES'))];
  }
}
