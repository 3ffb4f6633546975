import { faultCatalogue } from '@batchmill/simulator';

/** Every fault of the simulator, from its catalogue. */
export function faultsPage(): string {
  const lines = [
    '# Faults of the simulator',
    '',
    'Printed from the code by `npm run docs`. `PUT /admin/faults` takes rules',
    '`{on, what, value, rate | every | times, match}`.',
  ];
  for (const [on, faults] of Object.entries(faultCatalogue)) {
    lines.push('', `## ${on}`, '', '| what | does | value |', '|---|---|---|');
    for (const [what, { does, value }] of Object.entries(
      faults as Record<string, { does: string; value: string | null }>,
    )) {
      lines.push(`| \`${what}\` | ${does} | ${value ?? ''} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
