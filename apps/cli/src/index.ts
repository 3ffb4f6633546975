export { commands, type CommandEntry } from './commands.js';
export { createProgram } from './program.js';
