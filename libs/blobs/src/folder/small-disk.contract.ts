import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface SmallDisk {
  readonly folder: string;
  free(): Promise<void>;
}

/**
 * A real disk of one megabyte, mounted in its own namespace and accessed through the process that holds it.
 * Null where the machine does not support this (not Linux, or no user namespaces).
 */
export async function smallDisk(mountPoint: string): Promise<SmallDisk | null> {
  const script = 'mount -t tmpfs -o size=1m none "$0" && echo mounted && exec cat';
  const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, mountPoint], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  const mounted = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
  if (!mounted || child.pid === undefined) return null;
  return {
    folder: `/proc/${child.pid}/root${mountPoint}`,
    free: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
