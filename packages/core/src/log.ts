/** Where the supervisor and its plugins write what people read. pino's loggers fit. */
export interface Logger {
  debug(message: string): void;
  debug(fields: object, message: string): void;
  info(message: string): void;
  info(fields: object, message: string): void;
  warn(message: string): void;
  warn(fields: object, message: string): void;
  error(message: string): void;
  error(fields: object, message: string): void;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}

/** A logger that drops everything: the default of an embedded supervisor. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
