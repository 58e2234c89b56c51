import type { Sample } from '../engine/sample.ts';
import type { MonitService } from '../model/configuration.ts';

/** How services are measured. {@link Sampler} does it for real; a test brings its own. */
export interface Sampling {
  samplePass(
    due: ReadonlySet<string>,
    nowMs: number,
    options: { readonly startsPrograms: boolean },
  ): ReadonlyMap<string, Sample>;
  startProgram(service: MonitService, nowMs: number): void;
  sampleOne(service: MonitService, nowMs: number): Sample | undefined;
  close(): Promise<void>;
}
