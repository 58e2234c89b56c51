/** Facts that a probe learnt, for people and for JSON output. */
export type ProbeDetail = Readonly<Record<string, string | number | boolean>>;

/** What one attempt found. `message` is one line without secrets. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly message: string;
  readonly durationMs: number;
  readonly detail?: ProbeDetail | undefined;
}

/** The good end of an attempt. */
export interface ProbeFinding {
  readonly message: string;
  readonly detail?: ProbeDetail | undefined;
}

/** The bad end of an attempt: throw it inside a probe, and its message becomes the result's. */
export class ProbeFailure extends Error {
  readonly detail: ProbeDetail | undefined;

  constructor(message: string, detail?: ProbeDetail) {
    super(message);
    this.name = 'ProbeFailure';
    this.detail = detail;
  }
}
