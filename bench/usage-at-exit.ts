import { writeSync } from 'node:fs';
import { ownUsage } from './process-usage.ts';

/* Imported into a program that is measured: the last line of its output is what it has used. */
process.on('exit', () => void writeSync(1, `${JSON.stringify(ownUsage())}\n`));
