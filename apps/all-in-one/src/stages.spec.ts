import 'reflect-metadata';
import { declaredOf } from '@batchmill/stage';
import { TestEngine } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { consumerNames } from './find-consumers.js';
import { stageList, stageNames, stages } from './stages.js';

const apps = join(import.meta.dirname, '../..');
const notStages = ['all-in-one', 'cli', 'simulator'];

describe('the list of stages', () => {
  it('names every app that is neither a consumer nor a tool', () => {
    const found = readdirSync(apps).filter((app) => existsSync(join(apps, app, 'package.json')));

    expect([...stageNames, ...consumerNames(), ...notStages].sort()).toEqual(found.sort());
  });

  it('has its stages in the package.json', () => {
    const text = readFileSync(join(apps, 'all-in-one/package.json'), 'utf8');
    const { dependencies } = JSON.parse(text) as { dependencies: Readonly<Record<string, string>> };

    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(stageNames.map((name) => `@batchmill/${name}`)));
  });

  it.each(stageList)('names $name as its controllers do', ({ name, module }) => {
    const controllers = Reflect.getMetadata('controllers', module) as Type<object>[];
    const declared = controllers.flatMap(declaredOf).map(({ stage }) => stage?.name);

    expect(new Set(declared)).toEqual(new Set([name]));
  });

  it('S5: works on exactly the states of which the records say so, by which due work is counted', async () => {
    const bundle = await TestEngine.open({ pipelines: [] });
    const { records } = bundle.engine.hostDependencies;
    await bundle.close();
    const controllers = stages.flatMap((module) => Reflect.getMetadata('controllers', module) as Type<object>[]);

    const declared = controllers.flatMap(declaredOf).flatMap((each) => {
      return each.kind === 'works' ? [`${each.stage?.name} works on ${each.on.name} in ${each.in}`] : [];
    });
    const counted = records.flatMap(({ constructor, stageOf }) =>
      Object.entries(stageOf).map(([state, stage]) => `${stage} works on ${constructor.name} in ${state}`),
    );
    expect(counted.sort()).toEqual(declared.sort());
  });
});
