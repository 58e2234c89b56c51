import { existsSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HarnessOptions, type PluginHarness, pluginHarness } from '@tappet/core/testing';
import healthcheck from '@tappet/plugin-healthcheck';

/** Switches: files that probes look for, so that a test says on virtual time how a probe ends. */
export interface Switches {
  readonly folder: string;
  /** The probe of the switch with this name, as it stands in a check. */
  probe(name: string): { readonly file: string };
  on(...names: readonly string[]): void;
  off(...names: readonly string[]): void;
  dispose(): void;
}

export function switches(): Switches {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-health-'));
  return {
    folder,
    probe: (name) => ({ file: join(folder, name) }),
    on(...names) {
      for (const name of names) writeFileSync(join(folder, name), '');
    },
    off(...names) {
      for (const name of names) if (existsSync(join(folder, name))) unlinkSync(join(folder, name));
    },
    dispose: () => rmSync(folder, { recursive: true }),
  };
}

export function service(name: string, more: object = {}): { name: string; command: string } {
  return { name, command: `/bin/${name}`, ...more };
}

export function harnessWith(config: HarnessOptions['config'], options: HarnessOptions = {}): Promise<PluginHarness> {
  return pluginHarness(healthcheck, { ...options, ...(config === undefined ? {} : { config }) });
}

/** The plugin's events so far, without the domain of their names. */
export function healthEvents(
  harness: PluginHarness,
): readonly { name: string; data: Readonly<Record<string, unknown>> }[] {
  return harness.events.flatMap((event) =>
    event.type === 'custom' ? [{ name: event.name.replace('tappet.healthcheck/', ''), data: event.data }] : [],
  );
}

/** How often a service was started. */
export function spawns(harness: PluginHarness, name: string): number {
  return harness.processes.actions.filter(({ service, what }) => service === name && what === 'spawn').length;
}
