import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartFolder } from './helm.js';

const schema: unknown = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'));

describe('the schema of the values of the Helm chart', () => {
  it('C6: no object of the values takes a key that its schema does not name', () => {
    const open = objectsThatTakeAnything(schema, '');

    // What another part, Helm or Kubernetes reads: its keys are not ours to know.
    expect(open).toEqual([
      '/global',
      '/providerWebhook/from/items',
      '/networkPolicy/ingress/from/items',
      '/networkPolicy/egress/rules/items',
      '/tolerations/items',
      '/affinity',
      '/topologySpreadConstraints/items',
      '/extraVolumes/items',
      '/extraVolumeMounts/items',
    ]);
  });

  it('C6: every value of the schema says what it means', () => {
    expect(withoutDescription(schema, '')).toEqual([]);
  });
});

interface SchemaNode {
  readonly type?: unknown;
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly $defs?: Readonly<Record<string, unknown>>;
}

/** The schemas of the values below one: of its keys, of what its free keys hold, of its items, and the shared ones. */
function partsOf(node: SchemaNode, path: string): [SchemaNode, string][] {
  const { properties = {}, additionalProperties, items, $defs = {} } = node;
  const named = Object.entries({ ...properties, ...$defs }).map(([key, part]) => [part, `${path}/${key}`]);
  const free = typeof additionalProperties === 'object' ? [[additionalProperties, `${path}/*`]] : [];
  const listed = items === undefined ? [] : [[items, `${path}/items`]];
  return [...named, ...free, ...listed] as [SchemaNode, string][];
}

function objectsThatTakeAnything(schemaOf: unknown, path: string): string[] {
  const node = schemaOf as SchemaNode;
  const isOpen = node.type === 'object' && node.additionalProperties === undefined;
  return [...(isOpen ? [path] : []), ...partsOf(node, path).flatMap(([part, at]) => objectsThatTakeAnything(part, at))];
}

function withoutDescription(schemaOf: unknown, path: string): string[] {
  const node = schemaOf as SchemaNode;
  const isSilent = node.description === undefined && node.$ref === undefined && !/\/(items|\*)$/.test(path);
  return [...(isSilent ? [path] : []), ...partsOf(node, path).flatMap(([part, at]) => withoutDescription(part, at))];
}
