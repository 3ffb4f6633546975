import { describe, expect, it } from '@jest/globals';
import { compilePrompt } from '../compile-prompt.js';

describe('TemplateSyntaxError', () => {
  it.each([
    ['Hello\n{{ name } of {{ place }}', 'expected "|" before filter (is a {{ not closed by }}?)', 2],
    ['{% for step in steps %}', 'tag {% for step in steps %} not closed', 1],
    ['{{ name', 'output "{{ name" not closed', 1],
  ])('C4: %j says what is wrong and where', (source, message, line) => {
    expect(() => compilePrompt(source)).toThrow(expect.objectContaining({ message, line }));
  });
});
