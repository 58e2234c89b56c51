import { hookNames } from '../hooks/policy.ts';
import type { Generation } from './generation.ts';
import type { PluginReport, TapReport } from './report.ts';

/** What `tappet plugins` shows of a generation, in order of setup. */
export function reportPlugins(generation: Generation): readonly PluginReport[] {
  const taps = orderedTaps(generation);
  return generation.instances.map(({ entry, methods, setupMs, off }) => ({
    name: entry.plugin.name,
    version: entry.version ?? entry.plugin.version ?? null,
    from: entry.from,
    setupMs,
    switchedOff: off ?? null,
    taps: taps.filter((tap) => tap.plugin === entry.plugin.name).map(({ report }) => report),
    methods: [...methods.keys()],
  }));
}

/** All taps, hook by hook, in the order in which they are called. */
function orderedTaps({ hooks, traces }: Generation): { readonly plugin: string; readonly report: TapReport }[] {
  return hookNames().flatMap((hook) =>
    hooks[hook].taps.flatMap(({ name }) => {
      const trace = traces.find(({ identity }) => identity.hook === hook && identity.label === name);
      return trace === undefined ? [] : [{ plugin: trace.identity.plugin, report: trace.report() }];
    }),
  );
}
