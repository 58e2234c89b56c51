import type { MonitService } from '../model/configuration.ts';
import type { MonitEvent } from './event.ts';
import type { Sample } from './sample.ts';

export interface EnvironmentInput {
  readonly service: MonitService;
  /** For a method: Started, Stopped or Restarted. For `exec`: the event that caused it. */
  readonly reason: MonitEvent | 'Started' | 'Stopped' | 'Restarted';
  readonly sample: Sample | undefined;
  readonly host: string;
  readonly date: Date;
}

/** The MONIT_* variables that a method or an `exec` program gets besides its own environment. */
export function actionEnvironment({ service, reason, sample, host, date }: EnvironmentInput): Record<string, string> {
  const variables: Record<string, string> = {
    MONIT_DATE: formatDate(date),
    MONIT_SERVICE: service.name,
    MONIT_HOST: host,
    MONIT_EVENT: typeof reason === 'string' ? reason : reason.label,
    MONIT_DESCRIPTION: typeof reason === 'string' ? reason : reason.description,
  };
  if (service.type === 'process') {
    const { identity, resources } = sample?.facts ?? {};
    set(variables, 'MONIT_PROCESS_PID', identity?.pid);
    set(
      variables,
      'MONIT_PROCESS_MEMORY',
      resources?.memory === undefined ? undefined : Math.round(resources.memory / 1024),
    );
    set(variables, 'MONIT_PROCESS_CHILDREN', resources?.children);
    set(
      variables,
      'MONIT_PROCESS_CPU_PERCENT',
      resources?.cpu === undefined ? undefined : Math.round(resources.cpu * 10) / 10,
    );
  }
  if (service.type === 'program') set(variables, 'MONIT_PROGRAM_STATUS', sample?.facts.status);
  return variables;
}

/** The environment of a program that `check program` runs. */
export function programEnvironment(service: MonitService): Record<string, string> {
  return { MONIT_SERVICE: service.name };
}

function set(variables: Record<string, string>, key: string, value: number | undefined): void {
  if (value !== undefined) variables[key] = String(value);
}

/** As in a mail header but without the zone: `Mon, 05 Jan 2026 09:03:07`. */
export function formatDate(date: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = DAYS[date.getDay()] ?? '';
  const month = MONTHS[date.getMonth()] ?? '';
  return `${day}, ${pad(date.getDate())} ${month} ${date.getFullYear()} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
