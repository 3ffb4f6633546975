import 'reflect-metadata';
import { stageList } from '@batchmill/all-in-one';
import { topicOf } from '@batchmill/contracts';
import type { Setting } from '@batchmill/contracts/settings';
import { settingGroups } from '@batchmill/service';
import { declaredOf } from '@batchmill/stage';
import type { Type } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';

const chart = join(import.meta.dirname, '../../deploy/helm/batchmill');
const settings: readonly Setting<unknown>[] = settingGroups.flatMap(([, members]) => Object.values(members));

/** The chart sets them itself. */
const ofTheChart: readonly string[] = ['PORT', 'BATCHMILL_HOME', 'BATCHMILL_PIPELINES'];

/**
 * Secrets that may also be plain values: addresses, unless they have a login. Addresses of what is in the home of one
 * process are refused, because services share no folder, but for blobs in a folder that an own volume has.
 */
const withoutLogin: Readonly<Record<string, string>> = {
  BATCHMILL_BUS: '^kafka://[^@]+$',
  BATCHMILL_STORE: String.raw`^mongodb(\+srv)?://[^@]+$`,
  BATCHMILL_BLOBS: '^(gridfs:|file:/)[^@]*$',
  BATCHMILL_VECTORS: '^milvus://[^@]+$',
  MONGODB_URI: String.raw`^mongodb(\+srv)?://[^@]+$`,
  HTTPS_PROXY: '^[^@]+$',
  HTTP_PROXY: '^[^@]+$',
};

interface Schema {
  $defs: { settings: { properties: Record<string, unknown> }; secretNames: { enum: string[] } };
}

/** The schema of the chart's values with its settings printed again. */
export async function chartSchema(): Promise<string> {
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema;
  schema.$defs.settings.properties = Object.fromEntries(
    settings
      .filter(({ name, isSecret }) => !ofTheChart.includes(name) && (!isSecret || name in withoutLogin))
      .map((setting) => [setting.name, propertyOf(setting)]),
  );
  schema.$defs.secretNames.enum = settings.filter(({ isSecret }) => isSecret).map(({ name }) => name);
  return format(JSON.stringify(schema, null, 2), { parser: 'json', printWidth: 120 });
}

/** YAML reads `true` and `5` as what they are. */
function propertyOf({ name, meaning, expected, isSecret }: Setting<unknown>): object {
  const description = `${meaning} Expected: ${expected}.`;
  return isSecret
    ? { description: `${description} With a login: in secrets.`, type: 'string', pattern: withoutLogin[name] }
    : { description, type: ['string', 'number', 'boolean'] };
}

/** The topics of the messages that each stage records: until then no due work tells of them. Signals are not among them. */
export function chartInputs(): string {
  const lines = stageList.flatMap(({ name, module }) => {
    const controllers = Reflect.getMetadata('controllers', module) as Type<object>[];
    const topics = controllers
      .flatMap((controller) => declaredOf(controller))
      .flatMap((definition) => (definition.kind === 'consumes' ? [topicOf(definition.event)] : []));
    return topics.length === 0 ? [] : [`${name}:`, ...[...new Set(topics)].map((topic) => `  - ${topic}`)];
  });
  return `# The messages that each stage records. Printed from the code by npm run docs.\n${lines.join('\n')}\n`;
}
