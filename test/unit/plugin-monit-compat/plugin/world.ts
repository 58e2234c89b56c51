import { createMonitCompat } from '@tappet/plugin-monit-compat';
import { type ProgramEnd, type Prober, type Sampling } from '@tappet/plugin-monit-compat/library';
import type { Sample } from '@tappet/plugin-monit-compat/library';
import type { Plugin } from '@tappet/core';

const PRESENT: Sample = {
  presence: 'present',
  facts: { identity: { pid: 100, startTicks: 1 }, uptimeSeconds: 1000, resources: { cpu: 1, memory: 1000 } },
};

/** A world in memory for the plugin: what is measured, what probes answer, which programs were run. */
export interface World {
  readonly plugin: Plugin;
  /** By service; the others are present. Undefined: nothing could be measured. */
  readonly samples: Map<string, Sample | undefined>;
  /** Whether a port answers. */
  readonly ports: Map<number, boolean | Promise<boolean>>;
  /** Numbers of processes that have ended; everybody's is 100. */
  readonly dead: Set<number>;
  /** Programs that were run, `/bin/x a b`. */
  readonly runs: string[];
  /** How programs end; default with 0. */
  ends: (argv: readonly string[]) => Promise<ProgramEnd> | ProgramEnd;
}

export const ENDED: ProgramEnd = { code: 0, timedOut: false, error: undefined, output: '' };

export function createWorld(): World {
  const samples = new Map<string, Sample | undefined>();
  const ports = new Map<number, boolean | Promise<boolean>>();
  const dead = new Set<number>();
  const runs: string[] = [];
  const sampleOf = (name: string): Sample | undefined => (samples.has(name) ? samples.get(name) : PRESENT);
  const sampling: Sampling = {
    samplePass: (due) =>
      new Map(
        [...due].flatMap((name) => {
          const sample = sampleOf(name);
          return sample === undefined ? [] : [[name, sample]];
        }),
      ),
    sampleOne: ({ name }) => sampleOf(name),
    startProgram: () => undefined,
    close: async () => undefined,
  };
  const prober: Prober = async (test) => {
    if (test.kind === 'ping' || !('port' in test.target)) return undefined;
    const ok = (await ports.get(test.target.port)) ?? true;
    return { ok, detail: ok ? 'answers' : 'refused' };
  };
  const world: World = {
    plugin: createMonitCompat({
      sampling: () => sampling,
      prober,
      follow: ({ pid }) => ({ isAlive: () => !dead.has(pid), close: () => undefined }),
      run: async ({ command }) => {
        runs.push(command.argv.join(' '));
        return world.ends(command.argv);
      },
    }),
    samples,
    ports,
    dead,
    runs,
    ends: () => ENDED,
  };
  return world;
}

export function withFacts(resources: NonNullable<Sample['facts']['resources']>): Sample {
  return { ...PRESENT, facts: { ...PRESENT.facts, resources } };
}

export const GONE: Sample = { presence: 'missing', facts: {} };
