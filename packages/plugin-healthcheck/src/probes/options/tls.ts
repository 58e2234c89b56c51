import * as v from 'valibot';
import { flag, table, text, whole } from './table.ts';

/** TLS of a connection. `ca`, `cert` and `key` are paths of PEM files, read anew at least once a minute. */
export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Name that the certificate must carry; the host of the address when left out. */
  readonly servername?: string | undefined;
  /** false accepts any certificate. */
  readonly verify: boolean;
  /** Fewer days until the certificate expires are a failure. */
  readonly days_left?: number | undefined;
  /** Whether the connection begins without TLS and asks for it, where the protocol can. The default is the protocol's. */
  readonly starttls?: boolean | undefined;
}

/** Those of an address that says TLS and gives no options. One for all, since connections and key material belong to it. */
export const DEFAULT_TLS: TlsOptions = { verify: true };

const entries = {
  ca: v.optional(text),
  cert: v.optional(text),
  key: v.optional(text),
  servername: v.optional(text),
  verify: v.optional(flag, true),
  days_left: v.optional(whole(0)),
};

/** A table of TLS options. */
export const tlsTable: v.GenericSchema<unknown, TlsOptions> = withKey(table(entries));

/** `tls = true`, or a table of TLS options. */
export const tlsOption: v.GenericSchema<unknown, TlsOptions | undefined> = switchable(tlsTable, (value) =>
  value === true ? {} : value,
);

/** The same for a protocol that can begin TLS inside a plain connection: its table has `starttls`, and `tls = "starttls"` is short for that. */
export const startTlsOption: v.GenericSchema<unknown, TlsOptions | undefined> = switchable(
  withKey(table({ ...entries, starttls: v.optional(flag) })),
  (value) => (value === true ? {} : value === 'starttls' ? { starttls: true } : value),
);

function withKey(options: v.GenericSchema<unknown, TlsOptions>): v.GenericSchema<unknown, TlsOptions> {
  return v.pipe(
    options,
    v.check(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key belong together'),
  );
}

/** Options that may be left out or false, and that have short forms. */
function switchable(
  options: v.GenericSchema<unknown, TlsOptions>,
  expand: (value: unknown) => unknown,
): v.GenericSchema<unknown, TlsOptions | undefined> {
  const noTls = v.pipe(
    v.unknown(),
    v.transform(() => undefined),
  );
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform(expand),
      v.lazy((value) => (value === false ? noTls : options)),
    ),
  );
}
