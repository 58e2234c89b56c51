import { arch, release, version } from 'node:os';
import { machine, readMemory } from '../sample/machine.ts';

/** What the XML view and the pages say about the supervisor and its machine. */
export interface ServerFacts {
  readonly id: string;
  /** Wall clock of the start in seconds. */
  readonly incarnation: number;
  /** The release of the language that is spoken here. */
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly pollSeconds: number;
  readonly startDelaySeconds: number;
  readonly host: string;
  readonly controlFile: string;
  readonly httpd: { readonly address: string; readonly port: number; readonly ssl: boolean } | undefined;
}

/** The release whose interface is offered: scripts look for it. */
export const LANGUAGE_VERSION = '5.33.0';

/** The machine, as the XML view names it. */
export function platform(): Readonly<Record<string, string | number>> {
  const memory = readMemory();
  return {
    name: 'Linux',
    release: release(),
    version: version(),
    machine: arch() === 'x64' ? 'x86_64' : arch(),
    cpu: machine().cores,
    memory: Math.round(memory.totalBytes / 1024),
    swap: Math.round(memory.swapTotalBytes / 1024),
  };
}
