import { expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { pipelineErrorCodes } from './error-codes.js';

it('every code that this library says is in its catalogue, and every code there is said', () => {
  const folder = import.meta.dirname;
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && file !== 'error-codes.ts')
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'));

  const said = sources.flatMap(
    (source) => source.match(/'(?:pipeline|run|document|template|preprocess|response|provider)\.[a-z-]+'/g) ?? [],
  );

  expect([...new Set(said)].map((code) => code.slice(1, -1)).sort()).toEqual(Object.keys(pipelineErrorCodes).sort());
});
