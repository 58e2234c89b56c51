import type { Command, ConnectionTest, Rule } from '../language/ast.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import { listNotEnforced } from '../model/not-enforced.ts';

/**
 * The equivalent of a control file as `services.toml`. A process with a start program becomes a service of its own; its
 * rules come along in the language they are written in. What has no counterpart stays as a comment with the reason.
 */
export function convert(configuration: MonitConfiguration): string {
  const owned = configuration.services.filter(isOwnable);
  const rest = configuration.services.filter((service) => !isOwnable(service));
  const parts = [header(configuration), ...owned.map((service) => convertService(service, configuration))];
  if (rest.length > 0) parts.push(...rest.map(convertWatched));
  const notes = listNotEnforced(configuration);
  if (notes.length > 0)
    parts.push(notes.map(({ what, why }) => comment(`not carried over: ${what} (${why})`)).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function isOwnable({ type, start }: MonitService): boolean {
  return type === 'process' && start !== undefined;
}

function header({ settings }: MonitConfiguration): string {
  const lines = ['[plugins.monit-compat]'];
  if (settings.pollSeconds !== undefined) lines.push(`poll = ${quote(`${settings.pollSeconds}s`)}`);
  if (settings.startDelaySeconds > 0)
    lines.push(comment(`start delay of ${settings.startDelaySeconds} s: use start_timeout and depends_on instead`));
  if (settings.alerts.length > 0)
    lines.push(
      ...settings.alerts.map(({ address }) =>
        comment(`set alert ${address}: keep it in a control file and list that file under include`),
      ),
    );
  return lines.join('\n');
}

function convertService(service: MonitService, configuration: MonitConfiguration): string {
  const lines = ['[[services]]', `name = ${quote(service.name)}`];
  const { start, stop, restart, target } = service;
  if (start !== undefined) lines.push(...commandLines(start));
  lines.push(
    comment(
      `the start program may put itself into the background, so its process is followed by ${target.kind === 'pidfile' ? 'its pid file' : 'hand: set pid_file'}`,
    ),
  );
  lines.push('type = "forking"');
  if (target.kind === 'pidfile') lines.push(`pid_file = ${quote(target.path)}`);
  if (target.kind === 'matching')
    lines.push(comment(`found by its command line in the original: matching ${quote(target.pattern)}`));
  if (start?.timeoutMs !== undefined) lines.push(`start_timeout = ${quote(`${start.timeoutMs / 1000}s`)}`);
  if (stop !== undefined) {
    lines.push(
      comment(
        `stop program was: ${stop.argv.join(' ')}; the supervisor sends stop_signal to the process group instead`,
      ),
    );
    if (stop.timeoutMs !== undefined) lines.push(`stop_timeout = ${quote(`${stop.timeoutMs / 1000}s`)}`);
  }
  if (restart !== undefined)
    lines.push(comment(`restart program was: ${restart.argv.join(' ')}; a restart is a stop and a start here`));
  lines.push(...dependencyLines(service, configuration));
  if (service.groups.length > 0) lines.push(comment(`groups: ${service.groups.join(', ')}`));
  if (service.every !== undefined)
    lines.push(comment('looked at less often than every cycle in the original ("every")'));
  if (service.onreboot !== undefined && service.onreboot !== 'start')
    lines.push(
      comment(`onreboot ${service.onreboot}: set enabled = false for a service that must not start by itself`),
    );
  // A missing process is restarted by rule in the original unless a rule on existence is written.
  const hasExistRule = service.rules.some(({ test }) => test.kind === 'exist');
  lines.push(`restart = ${quote(hasExistRule || service.mode === 'passive' ? 'never' : 'always')}`);
  const rules = [...service.rules.map(({ text }) => text), ...service.restartLimits.map(({ text }) => text)];
  if (rules.length > 0)
    lines.push('', '[services.monit-compat]', 'rules = [', ...rules.map((rule) => `  ${quote(rule)},`), ']');
  const probes = service.rules.flatMap(probeComment);
  return [...lines, ...probes].join('\n');
}

function commandLines(start: Command): string[] {
  // A dollar sign means nothing in a control file, but begins a variable here.
  const [command = '', ...args] = start.argv.map((argument) => argument.replaceAll('$', '$$$$'));
  const lines = [`command = ${quote(command)}`];
  if (args.length > 0) lines.push(`args = [${args.map(quote).join(', ')}]`);
  if (start.uid !== undefined) lines.push(`user = ${quote(String(start.uid))}`);
  if (start.gid !== undefined) lines.push(`group = ${quote(String(start.gid))}`);
  return lines;
}

function dependencyLines(service: MonitService, configuration: MonitConfiguration): string[] {
  const owned: string[] = [];
  const lines: string[] = [];
  for (const name of service.prerequisites) {
    const other = configuration.byName.get(name);
    if (other !== undefined && isOwnable(other)) owned.push(name);
    else lines.push(comment(`depends on ${name}, which is no service of its own here`));
  }
  if (owned.length > 0) lines.unshift(`depends_on = [${owned.map(quote).join(', ')}]`);
  return lines;
}

function probeComment({ test }: Rule): string[] {
  if (test.kind !== 'connection') return [];
  return [comment(`a probe of plugin-healthcheck does the same: ${probeOf(test)}`)];
}

function probeOf({ target, protocol, http }: ConnectionTest): string {
  if ('socket' in target) return `unix = ${quote(target.socket)}`;
  const address = `${target.host ?? 'localhost'}:${target.port}`;
  return protocol === 'http' || protocol === 'https'
    ? `http = ${quote(`${protocol}://${address}${http.request ?? '/'}`)}`
    : `tcp = ${quote(address)}`;
}

function convertWatched(service: MonitService): string {
  const lines = [
    `${service.type} "${service.name}" is watched, not run: keep it in a control file and list that file under include`,
  ];
  lines.push(...service.rules.map(({ text }) => `  ${text}`));
  return lines.map(comment).join('\n');
}

function comment(text: string): string {
  return `# ${text.replace(/[\r\n]+/g, ' ')}`;
}

/** A TOML basic string. */
function quote(text: string): string {
  const escaped = text
    .replace(/["\\]/g, String.raw`\$&`)
    .replace(/\p{Cc}/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}
