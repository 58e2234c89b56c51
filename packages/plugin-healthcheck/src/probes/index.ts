export {
  defineProbe,
  type ProbeContext,
  type ProbeDefinition,
  type ProbeIo,
  type ProbeParts,
  type ProbeRunOptions,
  type ProcessIdentity,
} from './definition.ts';
export type { DialogueOptions, DialogueStep } from './dialogue-steps.ts';
export type { ExecDescription } from './exec.ts';
export { findCommand } from './find-command.ts';
export type { FileDescription } from './file.ts';
export type { GrpcDescription } from './grpc.ts';
export type { BodyMatch, HttpAuth, HttpDescription, JsonScalar } from './http/description.ts';
export { closeIdleConnections } from './http/kept-connections.ts';
export type { StatusRange } from './http/status.ts';
export { lintProbe } from './lint.ts';
export { type Address, formatAddress, parseAddress } from './options/address.ts';
export type { TlsOptions } from './options/tls.ts';
export { type ParsedProbe, parseNamed, parseProbe } from './parse.ts';
export { compilePattern, type Pattern } from './pattern/pattern.ts';
export { PatternError } from './pattern/syntax.ts';
export type { ProcessDescription } from './process.ts';
export type { AmqpDescription } from './protocols/amqp.ts';
export type { DnsDescription } from './protocols/dns.ts';
export type { LdapDescription } from './protocols/ldap.ts';
export type { MqttDescription } from './protocols/mqtt.ts';
export type { MysqlDescription } from './protocols/mysql.ts';
export type { PostgresDescription } from './protocols/postgres.ts';
export type { RedisDescription } from './protocols/redis.ts';
export type { SmtpDescription } from './protocols/smtp.ts';
export type { ServerDescription } from './protocols/target.ts';
export type { WebsocketDescription } from './protocols/websocket.ts';
export { isProbeName, type Probe, PROBE_NAMES, type ProbeDescriptions, type ProbeName, PROBES } from './registry.ts';
export { type ProbeDetail, ProbeFailure, type ProbeFinding, type ProbeResult } from './result.ts';
export { describeProbe, runProbe } from './run-probe.ts';
export { splitCommand } from './split-command.ts';
export type { TcpDescription, UnixDescription } from './tcp.ts';
