import type { IntentAction } from '@tappet/core';
import type { OperationReport, OperationResult } from '@tappet/plugin-control/client';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { UsageError } from '../usage-error.ts';

/** Start, stop, restart and signal: one request for all services named, one line for each. */
export async function operate(invocation: Invocation, action: IntentAction): Promise<number> {
  const { args, options, io } = invocation;
  const all = options['all'] === true;
  if (all === args.length > 0) {
    throw new UsageError(`cannot ${action}: ${all ? 'both services and --all are given' : 'no service is named'}`, {
      hint: `use "tappet ${action} NAME..." or "tappet ${action} --all"`,
    });
  }
  const client = await connectToDaemon(options, io);
  const report = await client[action]({
    ...(all ? { all } : { names: args }),
    wait: options['no-wait'] !== true,
    reason: `tappet ${action}`,
    signal: action === 'signal' ? (textOption(options, 'signal') ?? 'HUP') : '',
  });
  if (options['json'] === true) io.out(`${JSON.stringify(report)}\n`);
  else print(report, invocation);
  return report.results.some(isBad) ? EXIT.failed : EXIT.fine;
}

function print({ action, results }: OperationReport, { io }: Invocation): void {
  if (results.length === 0) io.out('there are no services\n');
  for (const result of results) {
    if (isBad(result)) io.err(`${bad(action, result)}\n`);
    else io.out(`${good(action, result)}\n`);
  }
}

const DONE: Readonly<Record<IntentAction, string>> = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  signal: 'signalled',
};

function good(action: IntentAction, { service, outcome, message }: OperationResult): string {
  if (outcome === 'accepted') return `${service}: ${message}`;
  if (outcome === 'unchanged') return `${service}: nothing to do, ${message}`;
  return action === 'signal' ? `${service}: ${message}` : `${DONE[action]} ${service}`;
}

function bad(action: IntentAction, { service, outcome, message }: OperationResult): string {
  const how = outcome === 'superseded' ? 'somebody wanted something else meanwhile: ' : '';
  return `cannot ${action} ${service}: ${how}${message}\n  see "tappet why ${service}" and "tappet logs ${service}"`;
}

function isBad({ outcome }: OperationResult): boolean {
  return outcome === 'failed' || outcome === 'refused' || outcome === 'superseded';
}
