import { readFileSync } from 'node:fs';

/**
 * Tells a process from a later one with its number: its start time, field 22 of /proc/PID/stat (proc(5)). Undefined when
 * there is none, or only a zombie that its parent has not collected.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
