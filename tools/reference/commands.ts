import { wholeProgram } from '@batchmill/cli';

type Command = Awaited<ReturnType<typeof wholeProgram>>;

/** Every command with its arguments and options, from their definitions. */
export async function commandsPage(): Promise<string> {
  const lines = ['# Commands', '', 'Printed from the code by `npm run docs`.', ''];
  lines.push(
    'Exit codes: 0 all succeeded (or nothing was found); 3 some failed, were left pending or taken over, or are parked, or the books differ, or an index is missing; 1 the command did not run; 130 stopped by the user.',
  );
  const root = await wholeProgram();
  const visible = root.createHelp().visibleCommands(root);
  for (const command of visible) if (command.name() !== 'help') lines.push(...commandLines(command, 'batchmill'));
  return `${lines.join('\n')}\n`;
}

function commandLines(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const commandArguments = command.registeredArguments
    .map((one) => (one.required ? ` <${one.name()}>` : ` [${one.name()}]`))
    .join('');
  const inner = command.commands.flatMap((one) => commandLines(one, name));
  const lines = [
    '',
    `## ${name}${command.commands.length > 0 ? ' …' : commandArguments}`,
    '',
    sentence(command.description()),
  ];
  if (command.options.length > 0) {
    lines.push('', '| option | |', '|---|---|');
    for (const { flags, description, defaultValue } of command.options) {
      const defaultText = defaultValue === undefined ? '' : ` (${String(defaultValue)})`;
      lines.push(`| \`${flags}\` | ${description}${defaultText} |`);
    }
  }
  return [...lines, ...inner];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
