import type { Action, Rate, RestartLimit, Rule } from '../language/ast.ts';
import { formatSeconds, plural } from '../engine/units.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import { explainTest } from './explain-test.ts';

/** A control file in plain sentences: one paragraph for each service, one sentence for each rule. */
export function explain(configuration: MonitConfiguration): string {
  const { pollSeconds } = configuration.settings;
  const cycle =
    pollSeconds === undefined
      ? 'No poll time is set: one cycle is a single pass.'
      : `One cycle is ${formatSeconds(pollSeconds)}.`;
  return [cycle, ...configuration.services.map(explainService)].join('\n\n') + '\n';
}

/** One service: what it is, when it is looked at, and its rules. */
export function explainService(service: MonitService): string {
  const lines = [`${service.name}: ${subjectOf(service)}`];
  lines.push(...habits(service).map((line) => `  - ${line}`));
  lines.push(
    ...service.rules.map((rule) => `  - ${explainRule(rule)}`),
    ...service.restartLimits.map((limit) => `  - ${explainLimit(limit)}`),
  );
  return lines.join('\n');
}

/** One rule in one sentence. */
export function explainRule(rule: Rule): string {
  const when = `When ${explainTest(rule.test, rule.sense)}${explainRate(rule.rate)}, ${explainAction(rule.action)}`;
  const repeated =
    rule.action.kind === 'restart' || rule.action.kind === 'start' ? ', again in every cycle until it is good' : '';
  const otherwise = rule.hasElse
    ? `; when it is ${rule.sense === 'succeeded' ? 'failing' : 'good'} again${explainRate(rule.elseRate)}, ${explainAction(rule.elseAction)}`
    : '';
  const fast = rule.fast ? ' (at once, without waiting for the next cycle)' : '';
  return `${when}${repeated}${otherwise}${fast}.${rule.notEnforced === undefined ? '' : ` Not enforced: ${rule.notEnforced}.`}`;
}

/** A restart limit in one sentence. */
export function explainLimit({ restarts, cycles, action }: RestartLimit): string {
  return `When rules have restarted it ${plural(restarts, 'time')} within ${plural(cycles, 'cycle')}, ${explainAction(action)}.`;
}

/** An action as the end of a sentence. */
export function explainAction(action: Action): string {
  switch (action.kind) {
    case 'alert':
      return 'send an alert';
    case 'ignore':
      return 'do nothing';
    case 'unmonitor':
      return 'stop watching it and what depends on it';
    case 'exec': {
      const repeat = action.repeatEvery > 0 ? `, again every ${plural(action.repeatEvery, 'cycle')}` : '';
      return `run "${action.command.argv.join(' ')}"${identity(action.command)}${repeat}`;
    }
    case 'start':
    case 'stop':
    case 'restart':
      break;
  }
  return `${action.kind} it`;
}

function explainRate({ count, cycles }: Rate): string {
  if (cycles === 1) return '';
  return count === cycles
    ? ` for ${plural(cycles, 'cycle')} in a row`
    : ` in ${count} of the last ${plural(cycles, 'cycle')}`;
}

function subjectOf({ type, target }: MonitService): string {
  switch (target.kind) {
    case 'pidfile':
      return `the process whose pid stands in ${target.path}`;
    case 'matching':
      return `the process whose command line matches "${target.pattern}"`;
    case 'path':
      return `the ${type} ${target.path}`;
    case 'address':
      return type === 'host'
        ? `the host ${target.address}`
        : `the network interface with the address ${target.address}`;
    case 'interface':
      return `the network interface ${target.name}`;
    case 'program':
      return `the result of the program "${target.command.argv.join(' ')}"${identity(target.command)}, killed after ${formatSeconds(target.timeoutMs / 1000)}`;
    case 'none':
      break;
  }
  return 'this machine';
}

function habits(service: MonitService): string[] {
  const lines: string[] = [];
  for (const key of ['start', 'stop', 'restart'] as const) {
    const method = service[key];
    if (method !== undefined)
      lines.push(
        `To ${key} it, "${method.argv.join(' ')}" is run${identity(method)}${method.timeoutMs === undefined ? '' : ` with ${formatSeconds(method.timeoutMs / 1000)} to finish`}.`,
      );
  }
  if (service.every?.kind === 'cycles')
    lines.push(`It is looked at every ${plural(service.every.cycles, 'cycle')} only.`);
  if (service.every?.kind === 'cron')
    lines.push(
      `It is ${service.every.negated ? 'not ' : ''}looked at when the minute matches "${service.every.spec.text}"${service.every.negated ? '' : ', once a minute'}.`,
    );
  if (service.mode === 'passive') lines.push('It is only watched: start, stop and restart are never carried out.');
  if (service.prerequisites.length > 0)
    lines.push(`It depends on ${service.prerequisites.join(', ')}: it is left out while one of them is not in order.`);
  if (service.groups.length > 0)
    lines.push(
      `It belongs to ${service.groups.length === 1 ? 'the group' : 'the groups'} ${service.groups.join(', ')}.`,
    );
  return lines;
}

function identity({ uid, gid }: { readonly uid: number | undefined; readonly gid: number | undefined }): string {
  const parts = [...(uid === undefined ? [] : [`user ${uid}`]), ...(gid === undefined ? [] : [`group ${gid}`])];
  return parts.length === 0 ? '' : ` as ${parts.join(' and ')}`;
}
