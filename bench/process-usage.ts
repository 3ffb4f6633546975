import { readFileSync } from 'node:fs';

export interface Usage {
  readonly peakBytes: number;
  readonly cpuMs: number;
}

/** The unit in which Linux reports the processor time of processes. */
const ticksPerSecond = 100;

/** The memory and processor time that this process has used. */
export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { peakBytes: process.resourceUsage().maxRSS * 1024, cpuMs: (user + system) / 1000 };
}

/** The memory and processor time that another process has used, as Linux reports it. */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  // After the name in parentheses, which may hold spaces: the state, then 10 numbers, then user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { peakBytes: peakKib * 1024, cpuMs: (ticks / ticksPerSecond) * 1000 };
}
