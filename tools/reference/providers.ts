import { describeLimits, describeWindows, providerProfiles, type ProviderProfile } from '@batchmill/provider';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './table.ts';

const tables = { 'What they take': takesTable, 'Where they are': placesTable };

/** The guide to other providers with its tables printed again. */
export function providersPage(): string {
  let text = readFileSync(join(import.meta.dirname, '../../docs/how-to/another-provider.md'), 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const heading = `### ${name}\n\n`;
    const start = text.indexOf(heading) + heading.length;
    const end = text.indexOf('\n\n', start);
    if (start < heading.length || end < 0)
      throw new Error(`docs/how-to/another-provider.md: found no table "${name}", expected one`);
    text = text.slice(0, start) + table() + text.slice(end);
  }
  return text;
}

function takesTable(): string {
  const head = ['provider', 'a batch file has at most', 'completion window', 'batches', 'a batch costs'];
  const rows = providerProfiles.map((profile) => [
    linked(profile),
    describeLimits(profile.limits),
    describeWindows(profile.completionWindows),
    profile.endpoints.map((url) => url.replace(/^\/v1\/(\w+).*$/, '$1')).join(', '),
    profile.batchRate === null ? 'not said' : `${profile.batchRate * 100} %`,
  ]);
  return markdownTable([head, ...rows]);
}

function placesTable(): string {
  const head = ['`BATCHMILL_PROVIDER`', 'hosts', '`OPENAI_BASE_URL`', 'its own ways'];
  const rows = providerProfiles.map((profile) => [
    `\`${profile.name}\``,
    profile.hosts.length === 0 ? 'all others' : profile.hosts.map((host) => `\`${host}\``).join(', '),
    profile.baseUrl === null ? '–' : `\`${profile.baseUrl}\``,
    waysOf(profile).join('; ') || '–',
  ]);
  return markdownTable([head, ...rows]);
}

function linked({ title, sources: [source] }: ProviderProfile): string {
  return source === undefined ? title : `[${title}](${source})`;
}

function waysOf({
  batchesExpire,
  batchPaging,
  keepsMetadata,
  listsModels,
  resultsExpiry,
  states,
}: ProviderProfile): string[] {
  const words = Object.keys(states).map((word) => `\`${word}\``);
  return [
    ...(resultsExpiry === null ? [] : [`results expire after ${days(resultsExpiry.toMs)} days, as asked`]),
    ...(batchesExpire ? [] : ['batches do not expire']),
    ...(batchPaging === 'cursor' ? ['a list of batches with cursors'] : []),
    ...(keepsMetadata ? [] : ['no metadata']),
    ...(words.length === 0 ? [] : [`its own state ${words.join(', ')}`]),
    ...(listsModels ? ['a list of its models'] : []),
  ];
}

function days(ms: number): number {
  return ms / 86_400_000;
}
