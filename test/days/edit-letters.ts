import type { Collection } from '@batchmill/store';
import type { Letter } from './changing-pipeline.js';
import type { Edit } from './day.js';

const fewestLetters = 5;

/** Does to letters what users do, one edit after the other. */
export async function editLetters(letters: Collection<Letter>, edits: readonly Edit[]): Promise<void> {
  for (const { kind, at, number } of edits) {
    const ids = (await Array.fromAsync(letters.find({}))).map(({ _id }) => _id).toSorted();
    const id = ids[Math.floor(at * ids.length)] ?? null;
    if (kind === 'insert') await letters.insertMany([letterOf(number)]);
    if (id === null) continue;
    const { lines } = letterOf(number);
    if (kind === 'edit') await letters.updateOne({ _id: id }, { $set: { lines } });
    if (kind === 'touch') await letters.updateOne({ _id: id }, { $inc: { read: 1 } });
    if (kind === 'delete' && ids.length > fewestLetters) await letters.deleteMany({ _id: id });
    if (kind === 'repeat') {
      const other = await letters.findOne({ _id: ids[(ids.indexOf(id) + 1) % ids.length] ?? id });
      if (other !== null) await letters.updateOne({ _id: id }, { $set: { sender: other.sender, lines: other.lines } });
    }
  }
}

function letterOf(number: number): Letter {
  return {
    _id: `letter${String(number).padStart(4, '0')}`,
    sender: { name: `Sender ${number % 5}` },
    lines: [{ text: `Mill ${number} stands at the river` }, { text: `its wheel turns ${number * 3} times an hour` }],
    read: 0,
  };
}
