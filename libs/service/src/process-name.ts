import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

interface Place {
  /** The boot of the machine and the space of process ids in it, which a container has of its own. */
  readonly id: string;
  /** When this process started, in ticks since the boot. */
  readonly startedAt: string;
}

/**
 * What this process is called in leases: the name, the process id, a random part, and, on Linux, where and when it was started. By
 * that, another process of the same place can tell that it has ended.
 */
export function nameOfProcess(name: string, random: string): string {
  const place = ownPlace();
  return `${name}-${process.pid}-${random}${place === null ? '' : `@${place.id}.${place.startedAt}`}`;
}

/**
 * True: that process has certainly ended. False: it runs, or it was started at another place, such as another machine, another container, or
 * before the machine was started again, of which nothing is known here.
 */
export function hasEnded(nameOfOther: string): boolean {
  const [, pid, placeId, startedAt] = /-(\d+)-[^-]*@([^.]+)\.(\d+)$/.exec(nameOfOther) ?? [];
  if (pid === undefined || placeId === undefined || placeId !== ownPlace()?.id) return false;
  try {
    process.kill(Number(pid), 0); // asks whether there is one
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // EPERM: there is one, of another user
  }
  const found = startOf(pid);
  return found !== null && (found.startedAt !== startedAt || found.isDead);
}

/** Null: not on Linux, or /proc shows the process ids of another place. */
function ownPlace(): Place | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name of the host tells clones of a virtual machine apart, which have the rest in common.
    const parts = [boot, readlinkSync('/proc/self/ns/pid'), hostname()];
    const id = createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 12);
    const [found, byId] = [startOf('self'), startOf(String(process.pid))];
    return found === null || byId?.startedAt !== found.startedAt ? null : { id, startedAt: found.startedAt };
  } catch {
    return null;
  }
}

/** Null: it cannot be read. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: string): { readonly startedAt: string; readonly isDead: boolean } | null {
  try {
    // After the name in parentheses, which may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state = '', startedAt] = [fields[0], fields[19]];
    return startedAt === undefined ? null : { startedAt, isDead: 'ZX'.includes(state) };
  } catch {
    return null;
  }
}
