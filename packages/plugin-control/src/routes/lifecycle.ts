import { ControlError, type PluginSupervisor, didYouMean } from '@tappet/core';
import * as v from 'valibot';
import { json } from '../server/reply.ts';
import { readAs } from './read-as.ts';
import type { RouteTable } from './router.ts';

const ShutdownBody = v.strictObject({ reason: v.optional(v.pipe(v.string(), v.maxLength(500))) });
const ReleaseBody = v.strictObject({ label: v.string() });

/** What changes the supervisor as a whole, and calls into plugins. */
export function lifecycleRoutes(supervisor: PluginSupervisor): RouteTable {
  return {
    'POST /v1/reload': async () => json(await supervisor.reload()),
    'POST /v1/shutdown': ({ body }) => {
      const { reason = 'shutdown asked for over the control socket' } = readAs(ShutdownBody, body);
      supervisor.requestStop(reason);
      return json({ accepted: true }, 202);
    },
    'POST /v1/plugins/release': ({ body }) => {
      const { label } = readAs(ReleaseBody, body);
      if (supervisor.releaseTap(label)) return json({ released: label });
      const quarantined = supervisor.plugins().flatMap((plugin) => plugin.taps.filter((tap) => tap.quarantined));
      const labels = quarantined.map((tap) => tap.label);
      throw new ControlError(`cannot release tap "${label}": it is not in quarantine`, {
        code: 'ERR_CONTROL_REQUEST',
        status: 404,
        hint: labels.length === 0 ? 'no tap is in quarantine' : `in quarantine: ${labels.join(', ')}`,
      });
    },
    'POST /v1/call/:plugin/:method': async ({ params, body, signal }) => {
      const { plugin = '', method = '' } = params;
      checkMethod(supervisor, plugin, method);
      return json({ result: (await supervisor.call(plugin, method, body, signal)) ?? null });
    },
  };
}

/** Only what a loaded plugin exposed can be called, by its exact name. */
function checkMethod(supervisor: PluginSupervisor, plugin: string, method: string): void {
  const plugins = supervisor.plugins();
  const report = plugins.find((candidate) => candidate.name === plugin);
  if (report?.methods.includes(method) === true) return;
  const [what, name, known] =
    report === undefined
      ? ['plugin', plugin, plugins.map((candidate) => candidate.name)]
      : [`method of ${plugin}`, method, report.methods];
  throw new ControlError(`cannot call ${plugin}/${method}: no ${what} has the name "${name}"`, {
    code: 'ERR_PLUGIN_CALL',
    status: 404,
    hint: didYouMean(name, known) ?? (known.length === 0 ? undefined : `known: ${known.join(', ')}`),
  });
}
