import type { CheckReport, HealthReport, ServiceHealth } from '../health-report.ts';

/** Lines of a program's output below its check. */
const SHOWN_LINES = 10;

/** A report as people read it: a line for each service and each check, and under a check that is not up the log of its last failure. */
export function healthText(report: HealthReport): string {
  const { services, incidents, draining, live, ready } = report;
  const lines = [
    ...(draining ? ['the supervisor is shutting down'] : []),
    ...services.flatMap(serviceLines),
    ...incidents.map(({ root, affected }) => `${root} is to blame for ${affected.join(', ')}`),
  ];
  if (services.length === 0) lines.push('no service has checks');
  else lines.push(live && ready ? 'healthy' : 'not healthy');
  return lines.map((line) => `${line}\n`).join('');
}

function serviceLines({ service, state, live, ready, checks }: ServiceHealth): string[] {
  const word = ready ? 'ready' : live ? 'not ready' : 'not live';
  return [`${service}: ${word} (${state})`, ...checks.flatMap(checkLines)];
}

function checkLines({ name, probe, status, last, lastFailure }: CheckReport): string[] {
  const result = last === null ? '' : `: ${last.message}`;
  const line = `  ${status.padEnd(8)} ${name} (${probe})${result}`;
  if (status === 'up' || lastFailure === null) return [line];
  const { time, message, durationMs, output = '' } = lastFailure;
  const what = message === last?.message ? '' : `: ${message}`;
  return [line, `    last failure ${time} after ${Math.round(durationMs)} ms${what}`, ...tailOf(output)];
}

/** The end of what a program wrote; JSON has more of it. */
function tailOf(output: string): string[] {
  const lines = output === '' ? [] : output.split('\n');
  const shown = lines.slice(-SHOWN_LINES).map((text) => `      ${text}`);
  const left = lines.length - shown.length;
  return left === 0 ? shown : [`      (${left} lines before)`, ...shown];
}
