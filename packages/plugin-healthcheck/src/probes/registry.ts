import type { ProbeDefinition } from './definition.ts';
import { exec, type ExecDescription } from './exec.ts';
import { file, type FileDescription } from './file.ts';
import { grpc, type GrpcDescription } from './grpc.ts';
import type { HttpDescription } from './http/description.ts';
import { http, https } from './http/http.ts';
import { process, type ProcessDescription } from './process.ts';
import { amqp, type AmqpDescription } from './protocols/amqp.ts';
import { dns, type DnsDescription } from './protocols/dns.ts';
import { ftp } from './protocols/ftp.ts';
import { imap } from './protocols/imap.ts';
import { ldap, type LdapDescription } from './protocols/ldap.ts';
import { memcached } from './protocols/memcached.ts';
import { mqtt, type MqttDescription } from './protocols/mqtt.ts';
import { mysql, type MysqlDescription } from './protocols/mysql.ts';
import { pop3 } from './protocols/pop3.ts';
import { postgres, type PostgresDescription } from './protocols/postgres.ts';
import { redis, type RedisDescription } from './protocols/redis.ts';
import { smtp, type SmtpDescription } from './protocols/smtp.ts';
import { ssh } from './protocols/ssh.ts';
import type { ServerDescription } from './protocols/target.ts';
import { websocket, type WebsocketDescription } from './protocols/websocket.ts';
import { tcp, type TcpDescription, unix, type UnixDescription } from './tcp.ts';

/** The description that belongs to each probe. */
export interface ProbeDescriptions {
  readonly http: HttpDescription;
  readonly https: HttpDescription;
  readonly tcp: TcpDescription;
  readonly unix: UnixDescription;
  readonly exec: ExecDescription;
  readonly process: ProcessDescription;
  readonly file: FileDescription;
  readonly grpc: GrpcDescription;
  readonly redis: RedisDescription;
  readonly memcached: ServerDescription;
  readonly postgres: PostgresDescription;
  readonly mysql: MysqlDescription;
  readonly smtp: SmtpDescription;
  readonly ssh: ServerDescription;
  readonly dns: DnsDescription;
  readonly imap: ServerDescription;
  readonly pop3: ServerDescription;
  readonly ftp: ServerDescription;
  readonly ldap: LdapDescription;
  readonly mqtt: MqttDescription;
  readonly amqp: AmqpDescription;
  readonly websocket: WebsocketDescription;
}

/** The names of the probes. */
export type ProbeName = keyof ProbeDescriptions;

/** A probe that was read and checked: plain data, `name` says which kind. */
export type Probe<Name extends ProbeName = ProbeName> = {
  readonly [N in Name]: { readonly name: N; readonly description: ProbeDescriptions[N] };
}[Name];

/** Every probe there is. */
export const PROBES: { readonly [N in ProbeName]: ProbeDefinition<N, ProbeDescriptions[N]> } = {
  http,
  https,
  tcp,
  unix,
  exec,
  process,
  file,
  grpc,
  redis,
  memcached,
  postgres,
  mysql,
  smtp,
  ssh,
  dns,
  imap,
  pop3,
  ftp,
  ldap,
  mqtt,
  amqp,
  websocket,
};

/** The names of all probes, in the order of the documentation. */
export const PROBE_NAMES: readonly ProbeName[] = Object.keys(PROBES).filter(isProbeName);

/** Whether a name is that of a probe. */
export function isProbeName(name: string): name is ProbeName {
  return Object.hasOwn(PROBES, name);
}
