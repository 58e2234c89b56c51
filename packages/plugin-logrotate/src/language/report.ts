/** How much a line of output matters. `debug` is shown by `-v` only; nothing but `error` can change the exit status. */
export type ReportLevel = 'debug' | 'notice' | 'warning' | 'error';

/** One thing said while a configuration is read or logs are rotated. */
export interface Report {
  readonly level: ReportLevel;
  readonly message: string;
  readonly file?: string;
  /** Starts at 1. */
  readonly line?: number;
}

/** Takes reports in the order in which things happened. */
export type Reporter = (report: Report) => void;

/** The text of a report as the program prints it: `error: FILE:LINE message`. */
export function renderReport({ level, message, file, line }: Report): string {
  const place = file === undefined ? '' : line === undefined ? `${file}:` : `${file}:${line} `;
  return `${level === 'error' || level === 'warning' ? `${level}: ` : ''}${place}${message}`;
}
