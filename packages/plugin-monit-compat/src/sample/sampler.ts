import { programEnvironment } from '../engine/environment.ts';
import type { ProbeAnswer, Sample } from '../engine/sample.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import { type FileMemory, sampleNode } from './file.ts';
import { type FilesystemMemory, sampleFilesystem } from './filesystem.ts';
import { needsOf, type ServiceNeeds } from './needs.ts';
import { type NetworkMemory, sampleNetwork } from './network.ts';
import { pidOf, type ProcessTarget } from './find-process.ts';
import { needsWholeTable, type ProcessMemory, sampleProcess } from './process.ts';
import { type ProcTable, readProcTable } from './proc-table.ts';
import { type ProgramRun, startProgram } from './program.ts';
import { sampleSystem, type SystemMemory } from './system.ts';

interface Memories {
  process?: ProcessMemory | undefined;
  system?: SystemMemory | undefined;
  file?: FileMemory | undefined;
  filesystem?: FilesystemMemory | undefined;
  network?: NetworkMemory | undefined;
  program?: ProgramRun | undefined;
}

export interface SamplerOptions {
  /**
   * For services that our own supervisor runs: how to find their process now, whatever the control file says.
   * Undefined for every other service.
   */
  readonly ownPid?: (service: MonitService) => { readonly pid: number | undefined } | undefined;
}

/**
 * Measures services. Remembers between looks what rates and file positions need. Port, socket, URL and ping probes are
 * not made here: their answers are added with {@link withProbes}.
 */
export class Sampler {
  readonly #configuration: MonitConfiguration;
  readonly #memories = new Map<string, Memories>();
  readonly #needs: ReadonlyMap<string, ServiceNeeds>;
  readonly #ownPid: NonNullable<SamplerOptions['ownPid']>;

  constructor(configuration: MonitConfiguration, { ownPid = () => undefined }: SamplerOptions = {}) {
    this.#configuration = configuration;
    this.#ownPid = ownPid;
    this.#needs = new Map(configuration.services.map((service) => [service.name, needsOf(service)]));
  }

  /**
   * Samples the services named in `due` with one look at /proc for all of them. A program is started when it is due
   * and none of it runs; its result belongs to the first pass after it has ended. With `startsPrograms: false` it is
   * left to {@link startProgram}, so that what its last result leads to can be done first. `nowMs` is a monotonic clock.
   */
  samplePass(
    due: ReadonlySet<string>,
    nowMs: number,
    { startsPrograms = true }: { readonly startsPrograms?: boolean } = {},
  ): Map<string, Sample> {
    const services = this.#configuration.services.filter(({ name, type }) => due.has(name) || type === 'program');
    const table = this.#readTable(services, nowMs);
    const samples = new Map<string, Sample>();
    for (const service of services) {
      const sample =
        service.type === 'program'
          ? this.#sampleProgram(service, startsPrograms && due.has(service.name), nowMs)
          : this.#sample(service, table, nowMs);
      if (sample !== undefined) samples.set(service.name, sample);
    }
    return samples;
  }

  /** Starts the program of a `check program`, unless it runs. */
  startProgram(service: MonitService, nowMs: number): void {
    const memory = this.#memory(service);
    if (service.target.kind !== 'program' || memory.program !== undefined) return;
    const { command, timeoutMs } = service.target;
    const outputBytes = this.#configuration.settings.limits.programOutput;
    memory.program = startProgram({ command, timeoutMs, nowMs, env: programEnvironment(service), outputBytes });
  }

  /** Samples one process service by itself, for rules that do not wait for the next pass. */
  sampleOne(service: MonitService, nowMs: number): Sample | undefined {
    return this.#sample(service, this.#readTable([service], nowMs), nowMs);
  }

  /** Kills what still runs of the programs. Resolves when all of them have ended. */
  async close(): Promise<void> {
    const runs = [...this.#memories.values()].flatMap(({ program }) => (program === undefined ? [] : [program]));
    for (const run of runs) run.kill();
    await Promise.all(runs.map(({ done }) => done));
    this.#memories.clear();
  }

  #memory(service: MonitService): Memories {
    let memories = this.#memories.get(service.name);
    if (memories === undefined) this.#memories.set(service.name, (memories = {}));
    return memories;
  }

  #readTable(services: readonly MonitService[], atMs: number): ProcTable {
    const pids: number[] = [];
    for (const service of services) {
      const target = this.#processTarget(service);
      if (target === undefined) continue;
      const needs = this.#needs.get(service.name)?.process ?? NO_PROCESS_NEEDS;
      if (needsWholeTable({ target, needs })) return readProcTable({ atMs });
      const pid = target.kind === 'matching' ? undefined : pidOf(target);
      if (pid !== undefined) pids.push(pid);
    }
    return readProcTable({ pids, atMs });
  }

  #processTarget(service: MonitService): ProcessTarget | undefined {
    const { target, type } = service;
    if (type !== 'process') return undefined;
    const own = this.#ownPid(service);
    if (own !== undefined) return { kind: 'pid', pid: own.pid };
    return target.kind === 'pidfile' || target.kind === 'matching' ? target : undefined;
  }

  #sample(service: MonitService, table: ProcTable, nowMs: number): Sample | undefined {
    const memory = this.#memory(service);
    const needs = this.#needs.get(service.name);
    const process = this.#processTarget(service);
    if (process !== undefined) {
      const result = sampleProcess({
        target: process,
        table,
        needs: needs?.process ?? NO_PROCESS_NEEDS,
        memory: memory.process,
      });
      memory.process = result.memory;
      return result.sample;
    }
    const { target, type } = service;
    switch (target.kind) {
      case 'path': {
        if (type === 'filesystem') {
          const result = sampleFilesystem({ path: target.path, memory: memory.filesystem, atMs: nowMs });
          memory.filesystem = result.memory;
          return result.sample;
        }
        if (type !== 'file' && type !== 'directory' && type !== 'fifo') return undefined;
        const lineBytes = this.#configuration.settings.limits.fileContentBuffer;
        const result = sampleNode({
          type,
          path: target.path,
          needs: needs?.file ?? NO_FILE_NEEDS,
          memory: memory.file,
          lineBytes,
        });
        memory.file = result.memory;
        return result.sample;
      }
      case 'interface':
      case 'address': {
        if (type !== 'network') return { presence: 'present', facts: {} };
        const result = sampleNetwork({ target, memory: memory.network, atMs: nowMs, windows: needs?.windows ?? [] });
        memory.network = result.memory;
        return result.sample;
      }
      case 'none': {
        if (type !== 'system') return undefined;
        const result = sampleSystem({ memory: memory.system });
        memory.system = result.memory;
        return result.sample;
      }
      case 'pidfile':
      case 'matching':
      case 'program':
        break;
    }
    return undefined;
  }

  #sampleProgram(service: MonitService, isDue: boolean, nowMs: number): Sample | undefined {
    if (service.target.kind !== 'program') return undefined;
    const memory = this.#memory(service);
    memory.program?.checkTimeout(nowMs);
    const sample = memory.program?.sample();
    if (sample !== undefined) memory.program = undefined;
    if (isDue) this.startProgram(service, nowMs);
    return sample;
  }
}

const NO_PROCESS_NEEDS: ServiceNeeds['process'] = { metrics: new Set(), owner: false };
const NO_FILE_NEEDS: ServiceNeeds['file'] = { checksums: [], content: false };

/** A sample with the answers of the probes, which stand under the positions of their rules. */
export function withProbes(sample: Sample, probes: ReadonlyMap<number, ProbeAnswer>): Sample {
  return { ...sample, probes };
}
