import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './testing/start-child.js';
import { TestClient } from './testing/test-client.js';

const megabyte = 1024 * 1024;
const fileMegabytes = 200;

/** The most memory a process has held so far; what it holds now, where the system does not keep the most. */
async function residentMegabytes(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
  const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  if (peak !== undefined) return Number(peak) / 1024;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(processId)]);
  return Number(stdout) / 1024;
}

function formOfSize(boundary: string, seen: () => Promise<void>): ReadableStream<Uint8Array> {
  const block = Buffer.alloc(megabyte, 'abcdefghijklmno\n');
  let sent = 0;
  return new ReadableStream({
    start: (controller) => {
      const purpose = `--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n`;
      const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="big.jsonl"\r\n\r\n`;
      controller.enqueue(Buffer.from(purpose + file));
    },
    pull: async (controller) => {
      if (sent === fileMegabytes) {
        controller.enqueue(Buffer.from(`\r\n--${boundary}--\r\n`));
        controller.close();
        return;
      }
      sent += 1;
      if (sent % 20 === 0) await seen();
      controller.enqueue(block);
    },
  });
}

describe('memory', () => {
  it('does not grow with an upload and a download of 200 MB', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'simulator-'));
    const child = await startChild(['--port', '0', '--data', dataDir]);
    try {
      const client = new TestClient(child.url);
      const processId = child.process.pid!;
      await client.ledger();
      const before = await residentMegabytes(processId);
      let most = before;
      const look = async (): Promise<void> => {
        most = Math.max(most, await residentMegabytes(processId));
      };

      const headers = { 'content-type': 'multipart/form-data; boundary=bound' };
      const body = formOfSize('bound', look);
      const response = await client.fetch('/v1/files', {
        method: 'POST',
        headers,
        body,
        duplex: 'half',
      });
      const file = (await response.json()) as { id: string; bytes: number };
      await look();
      const content = await client.fetch(`/v1/files/${file.id}/content`);
      let received = 0;
      for await (const chunk of content.body as unknown as AsyncIterable<Uint8Array>) received += chunk.length;
      await look();

      expect(file.bytes).toBe(fileMegabytes * megabyte);
      expect(received).toBe(fileMegabytes * megabyte);
      expect(most - before).toBeLessThan(150); // held whole, it would be 200
    } finally {
      await child.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
