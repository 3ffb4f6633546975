import { describe, expect, it } from '@jest/globals';
import { unknownPipeline } from './pipelines.js';

describe('unknownPipeline', () => {
  it.each([
    ['wards', ['ward'], 'found no pipeline "wards", expected one of ward; did you mean ward?'],
    [
      'notes',
      ['ward'],
      'found no pipeline "notes", expected one of ward; its file would be /p/notes/notes.pipeline.ts',
    ],
    ['../x', ['ward'], 'found no pipeline "../x", expected one of ward'],
    ['notes', [], 'found no pipeline "notes", there are none in /p; its file would be /p/notes/notes.pipeline.ts'],
  ])('for %s among %j it lists the pipelines and the expected file', (name, names, message) => {
    expect(unknownPipeline(name, names, '/p').message).toBe(message);
  });
});
