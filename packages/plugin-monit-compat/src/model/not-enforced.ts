import type { Place } from '../language/place.ts';
import type { MonitConfiguration, MonitService } from './configuration.ts';

/** A statement that is understood but has no effect here, with the reason. */
export interface NotEnforced {
  readonly at: Place;
  readonly what: string;
  readonly why: string;
}

/** Protocols whose conversation nobody here can hold: only the connection itself is tested. */
export const UNTESTED_PROTOCOLS: ReadonlySet<string> = new Set([
  'gps',
  'dwp',
  'tns',
  'rdate',
  'lmtp',
  'nntp',
  'radius',
  'sip',
  'ldap2',
]);

/** Everything of a configuration that parses and is not carried out, in the order of the file. */
export function listNotEnforced(configuration: MonitConfiguration): NotEnforced[] {
  const { settings } = configuration;
  const found: NotEnforced[] = [
    ...settings.without.map(({ at, what }) => ({ at, what, why: 'it has no meaning in this supervisor' })),
    ...settings.mmonit.map(({ at, url }) => ({ at, what: `set mmonit ${url}`, why: 'nothing is pushed to M/Monit' })),
    ...httpdParts(configuration),
    ...silentAlerts(configuration),
    ...configuration.services.flatMap(serviceParts),
  ];
  return found.sort((a, b) => a.at.file.localeCompare(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column);
}

function httpdParts({ settings: { httpd } }: MonitConfiguration): NotEnforced[] {
  if (httpd === undefined) return [];
  const found: NotEnforced[] = [];
  for (const allow of httpd.allow) {
    if (allow.kind === 'pam-group')
      found.push({ at: httpd.at, what: `allow @${allow.group}`, why: 'PAM groups are not asked' });
    if (allow.kind === 'htpasswd')
      found.push({ at: httpd.at, what: `allow ${allow.scheme} ${allow.path}`, why: 'password files are not read' });
  }
  if (httpd.tls?.files['clientpemfile'] !== undefined)
    found.push({ at: httpd.at, what: 'clientpemfile', why: 'client certificates are not asked for' });
  return found;
}

/** An event that never comes here: a supervisor that starts, reloads or ends mails nobody, it would at every deployment. */
const SILENT_EVENT = 'instance';

function silentAlerts({ settings, services }: MonitConfiguration): NotEnforced[] {
  const alerts = new Set([...settings.alerts, ...services.flatMap(({ recipients }) => recipients)]);
  const silent = [...alerts].filter(({ events, negated }) => !negated && events?.includes(SILENT_EVENT) === true);
  return silent.map(({ at, address }) => ({
    at,
    what: `alert ${address} on { ${SILENT_EVENT} }`,
    why: 'nobody is mailed when the supervisor starts, reloads or ends',
  }));
}

function serviceParts({ rules, name }: MonitService): NotEnforced[] {
  return rules.flatMap((rule): NotEnforced[] => {
    const { at, test } = rule;
    const what = `${name}: ${rule.text}`;
    const found: NotEnforced[] = [];
    if (rule.notEnforced !== undefined) found.push({ at, what, why: rule.notEnforced });
    if (rule.dropped.length > 0)
      found.push({ at, what, why: 'only the last condition counts, as in the reference program' });
    if (
      test.kind === 'resource' &&
      (test.metric === 'diskRead' || test.metric === 'diskWrite') &&
      test.unit === 'operationsPerSecond'
    ) {
      found.push({ at, what, why: "the kernel counts a process's disk bytes, not its disk operations" });
    }
    if (test.kind === 'connection' && test.protocol !== undefined && UNTESTED_PROTOCOLS.has(test.protocol)) {
      found.push({ at, what, why: `the protocol ${test.protocol} is not spoken: only the connection is tested` });
    }
    if (test.kind === 'connection' && test.sourceAddress !== undefined) {
      found.push({ at, what, why: 'connections are made from the address that the system chooses' });
    }
    if (test.kind === 'connection' && /sslv[23]/.test(test.tls?.version ?? '')) {
      found.push({ at, what, why: 'no current TLS library supports SSLv2 and SSLv3' });
    }
    return found;
  });
}
