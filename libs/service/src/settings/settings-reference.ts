import { settingGroups, type SettingsCatalogue } from './catalogue.js';
import type { Setting } from '@batchmill/contracts/settings';

/** The group of an adapter has the adapter's name. */
const headings: Readonly<Record<keyof SettingsCatalogue, string>> = {
  installation: 'Installation',
  adapters: 'Adapters',
  documents: 'Documents',
  openai: 'Provider',
  proxies: 'Proxies',
  requests: 'Defaults of pipelines',
  batches: 'Batches',
  work: 'Work',
  service: 'Process',
  notifications: 'Notifications',
  simulator: 'Simulator',
};

/** The reference of all settings, in Markdown. */
export function settingsReference(): string {
  const groups = settingGroups.map(([group, members]) => {
    const rows = Object.values(members).map((setting) => rowOf(setting));
    const heading = group in headings ? headings[group as keyof SettingsCatalogue] : group;
    return `## ${heading}\n\n| setting | expected | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${introduction}\n${groups.join('\n')}`;
}

const introduction = `# Settings

The environment wins over \`.env.<environment>\`, which wins over \`.env\`, which wins over the default. An empty value
counts as unset. A setting marked with * is a secret: its value is never shown, and it may come from a file that
\`<NAME>_FILE\` names. Wrong settings stop the start. The message lists all of them, with what was found and what was expected.
`;

function rowOf({ name, aliases, expected, default: defaultText, meaning, isSecret }: Setting<unknown>): string {
  const names = [`\`${name}\`${isSecret ? ' *' : ''}`, ...aliases.map((alias) => `or \`${alias}\``)].join('<br>');
  const cells = [names, expected, defaultText === null ? '–' : `\`${defaultText}\``, meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
