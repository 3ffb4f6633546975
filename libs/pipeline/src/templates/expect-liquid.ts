import { jinjaHabitIn } from './jinja-habit.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

/** Throws TemplateSyntaxError for what was meant as Jinja: some of it would be passed over in silence. */
export function expectLiquid(source: string): void {
  const habit = jinjaHabitIn(source);
  if (habit !== null) throw new TemplateSyntaxError(habit.told, habit.line);
}
