import { expectNothingStray } from './expect-nothing-stray.js';
import { jinjaHabitIn } from './jinja-habit.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

/** Throws TemplateSyntaxError for what was meant as Jinja, or otherwise, and would be passed over in silence. */
export function expectLiquid(source: string): void {
  const habit = jinjaHabitIn(source);
  if (habit !== null) throw new TemplateSyntaxError(habit.told, habit.line);
  expectNothingStray(source);
}
