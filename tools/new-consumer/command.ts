import { join } from 'node:path';
import { addConsumer } from './add-consumer.ts';
import { whyNotNamed } from './why-not-named.ts';

/* npm run new:consumer NAME: generates a consumer, and prints which files it wrote and changed. */
const root = join(import.meta.dirname, '../..');
const [name = '', ...more] = process.argv.slice(2);
const problem = more.length > 0 ? `found ${more.length + 1} names, expected one` : whyNotNamed(root, name);
if (problem === null) {
  const { written, touched, linked } = await addConsumer(root, name);
  const lines = [
    `apps/${name}: a new consumer, ${written.length} files`,
    ...written.map((file) => `  ${file}`),
    `Files touched outside apps/${name}: ${touched.length}`,
    ...touched.map((file) => `  ${file}`),
    ...(linked
      ? [`Linked, as npm install would: node_modules/@batchmill/${name}`]
      : ['Run npm ci before you build it.']),
    `Next: apps/${name}/README.md`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} else {
  process.stderr.write(`new:consumer: ${problem}. Nothing was changed.\n`);
  process.exitCode = 1;
}
