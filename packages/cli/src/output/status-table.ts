import type { ServiceStatus, SupervisorStatus } from '@tappet/core';
import type { Paint } from './color.ts';
import { type Cell, columns } from './columns.ts';
import { exitText } from './exit-text.ts';
import { span } from './span.ts';

/**
 * The services, one a line with the state in capitals and nowhere else, so that `grep -c RUNNING` counts services.
 * With `header` there is a line above and the notes below: that is for people.
 */
export function statusTable(
  status: SupervisorStatus,
  { services, header, paint }: { services: readonly ServiceStatus[]; header: boolean; paint: Paint },
): string {
  const rows: (string | Cell)[][] = services.map((service) => row(service, paint));
  if (header) rows.unshift(HEADER.map((text) => ({ text, paint: paint.bold })));
  const lines = columns(rows);
  if (header) {
    lines.unshift(...top(status, paint));
    if (services.length === 0) lines.push('no services');
    for (const note of status.notes) lines.push(paint.dim(`note: ${quiet(note)}`));
    for (const { name, notes } of services) {
      for (const note of notes) lines.push(paint.dim(`note: ${name}: ${quiet(note)}`));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

const HEADER = ['NAME', 'STATE', 'PID', 'UPTIME', 'RESTARTS', 'DETAIL'];

function row(service: ServiceStatus, paint: Paint): (string | Cell)[] {
  return [
    service.name,
    { text: service.state, paint: (text) => paint.state(service.state, text) },
    service.pid === null ? '-' : String(service.pid),
    service.uptimeMs === null ? '-' : span(service.uptimeMs),
    String(service.restarts),
    { text: quiet(detail(service)), paint: paint.dim },
  ];
}

function top({ project, pid, uptimeMs, phase, configFile }: SupervisorStatus, paint: Paint): string[] {
  const parts = [project, `PID ${pid}`, `up ${span(uptimeMs)}`, ...(configFile === null ? [] : [configFile])];
  if (phase !== 'running') parts.push(phase);
  return [paint.dim(parts.join(' · ')), ''];
}

/** Why a line is worth a look; empty when all is as it should be. */
function detail(service: ServiceStatus): string {
  if (service.waitingFor.length > 0) return `waiting for ${service.waitingFor.join(', ')}`;
  if (service.state === 'RUNNING') return service.notes[0] ?? '';
  if (service.completed) return 'completed';
  if (!service.enabled && service.starts === 0) return 'disabled';
  if (service.held) return 'stopped by a user';
  const end = service.lastExit === null ? undefined : exitText(service.lastExit);
  return end ?? service.reason ?? '';
}

const STATE_NAME = /\b(PENDING|STARTING|RUNNING|BACKOFF|STOPPING|STOPPED|FAILED)\b/g;

/** A state that a reason mentions must not be counted as one; line breaks and escapes have no place in a table. */
function quiet(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what it is for
  return text.replaceAll(STATE_NAME, (name) => name.toLowerCase()).replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ');
}
