import { constants } from 'node:os';
import { ControlError, type IntentAction, type PluginSupervisor } from '@tappet/core';
import * as v from 'valibot';
import type { OperationReport, OperationResult } from '../protocol.ts';
import { json } from '../server/reply.ts';
import { dependenciesAmong, inOrder, reversed } from './dependency-order.ts';
import { readAs } from './read-as.ts';
import type { Route, RouteTable } from './router.ts';
import { resolveNames } from './service-names.ts';

const OperationBody = v.strictObject({
  names: v.optional(v.pipe(v.array(v.string()), v.maxLength(10_000))),
  all: v.optional(v.boolean()),
  signal: v.optional(v.string()),
  reason: v.optional(v.pipe(v.string(), v.maxLength(500))),
  wait: v.optional(v.boolean(), true),
});

type Operation = v.InferOutput<typeof OperationBody>;

/** Start, stop, restart and signal, for one service in the path or several in the body. */
export function operationRoutes(supervisor: PluginSupervisor): RouteTable {
  const table: Record<keyof RouteTable, Route> = {};
  for (const action of ['start', 'stop', 'restart', 'signal'] as const) {
    table[`POST /v1/services/${action}`] = async ({ body }) => {
      const operation = readAs(OperationBody, body);
      return json(await operate({ supervisor, action, operation, names: chosen(supervisor, operation) }));
    };
    table[`POST /v1/services/:name/${action}`] = async ({ params, body }) => {
      const operation = readAs(OperationBody, body);
      const names = resolveNames(supervisor, [params.name ?? '']);
      return json(await operate({ supervisor, action, operation, names }).then(refusalOfOne));
    };
  }
  return table;
}

function chosen(supervisor: PluginSupervisor, { names = [], all = false }: Operation): string[] {
  if (all === names.length > 0) {
    throw badRequest('cannot tell which services are meant: give either "names" or "all": true');
  }
  if (!all) return resolveNames(supervisor, names);
  return supervisor
    .services()
    .filter((service) => service.spec.enabled)
    .map((service) => service.name);
}

async function operate({
  supervisor,
  action,
  operation,
  names,
}: {
  supervisor: PluginSupervisor;
  action: IntentAction;
  operation: Operation;
  names: readonly string[];
}): Promise<OperationReport> {
  const signal = action === 'signal' ? signalName(operation.signal) : undefined;
  const reason = operation.reason ?? `${action} asked for over the control socket`;
  const forward = dependenciesAmong(supervisor.plan, names);
  const edges = action === 'stop' ? reversed(forward) : forward;
  const results = inOrder(edges, async (service): Promise<OperationResult> => {
    const result = await supervisor.submit(service, { action, actor: 'user', reason, signal });
    return { service, outcome: result.outcome, message: result.message };
  });
  if (operation.wait) return { action, results: await results };
  // Whatever comes of it is in the journal; submit does not reject for services that exist.
  results.catch(() => undefined);
  return { action, results: names.map((service) => ({ service, outcome: 'accepted', message: `${action} accepted` })) };
}

/** A refusal of the only service there is, as the status code of the answer. */
function refusalOfOne(report: OperationReport): OperationReport {
  const [only, ...others] = report.results;
  if (only?.outcome !== 'refused' || others.length > 0) return report;
  throw new ControlError(`cannot ${report.action} ${only.service}: ${only.message}`, {
    code: 'ERR_INTENT_REFUSED',
    status: 409,
    hint: `see "tappet why ${only.service}"`,
  });
}

function signalName(text: string | undefined): NodeJS.Signals {
  const name = `SIG${(text ?? '').toUpperCase().replace(/^SIG/, '')}`;
  if (isSignal(name)) return name;
  throw badRequest(
    text === undefined
      ? 'cannot send a signal: none is named'
      : `cannot send signal "${text}": there is no such signal`,
    'use a name such as HUP, USR1 or TERM',
  );
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}

function badRequest(message: string, hint?: string): ControlError {
  return new ControlError(message, { code: 'ERR_CONTROL_REQUEST', status: 400, hint });
}
