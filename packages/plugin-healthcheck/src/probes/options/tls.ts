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
}

/** A table of TLS options. */
export const tlsTable: v.GenericSchema<unknown, TlsOptions> = v.pipe(
  table({
    ca: v.optional(text),
    cert: v.optional(text),
    key: v.optional(text),
    servername: v.optional(text),
    verify: v.optional(flag, true),
    days_left: v.optional(whole(0)),
  }),
  v.check(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key belong together'),
);

const noTls: v.GenericSchema<unknown, TlsOptions | undefined> = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);

/** `tls = true`, or a table of TLS options. */
export const tlsOption: v.GenericSchema<unknown, TlsOptions | undefined> = v.optional(
  v.pipe(
    v.unknown(),
    v.transform((value) => (value === true ? {} : value)),
    v.lazy((value) => (value === false ? noTls : tlsTable)),
  ),
);
