import { settingGroups, type SettingsCatalogue } from './catalogue.js';
import type { Setting } from '@batchmill/contracts/settings';

/** The group of an adapter has the adapter's name. */
const headings: Readonly<Record<keyof SettingsCatalogue, string>> = {
  installation: 'This installation',
  adapters: 'Where things are kept',
  documents: 'Your documents',
  openai: 'The provider',
  requests: 'What is asked, where the pipeline does not say',
  batches: 'Batches',
  work: 'How stages work',
  service: 'The process',
  notifications: 'Telling people',
  simulator: 'The simulated provider',
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

The environment wins over \`.env.<environment>\`, which wins over \`.env\`, which wins over the default. An empty value is
none. A setting marked with * is a secret: its value is never shown, and it may come from a file that \`<NAME>_FILE\` names.
Whatever is wrong stops the start, all of it at once, with its name, what was found and what was expected.
`;

function rowOf({ name, aliases, expected, default: unlessSaid, meaning, isSecret }: Setting<unknown>): string {
  const names = [`\`${name}\`${isSecret ? ' *' : ''}`, ...aliases.map((alias) => `or \`${alias}\``)].join('<br>');
  const cells = [names, expected, unlessSaid === null ? '–' : `\`${unlessSaid}\``, meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
