import {
  applySteps,
  beginState,
  type EngineAction,
  type EngineState,
  evaluatePass,
  type Facts,
  type MonitConfiguration,
  type MonitEvent,
  planSteps,
  type ProbeAnswer,
  type Sample,
  type ServiceAction,
} from '@tappet/plugin-monit-compat/library';
import { configure } from './load.ts';

export const RUNNING: Sample = {
  presence: 'present',
  facts: { identity: { pid: 100, startTicks: 1 }, uptimeSeconds: 1000 },
};
export const MISSING: Sample = { presence: 'missing', facts: {} };

/** A present sample with these facts. */
export function present(facts: Facts = {}): Sample {
  return { presence: 'present', facts };
}

/** Answers of probes by the position of their rule: true is a good answer. */
export function answering(...answers: readonly boolean[]): Sample {
  const probes = new Map<number, ProbeAnswer>(
    answers.map((ok, index) => [index, { ok, detail: ok ? 'ok' : 'refused' }]),
  );
  return { ...RUNNING, probes };
}

/** A control file on a virtual clock: one call of `pass` is one cycle of ten seconds. */
export class Simulation {
  readonly configuration: MonitConfiguration;
  state: EngineState;
  wallMs = Date.parse('2026-01-05T10:00:00');
  events: readonly MonitEvent[] = [];
  actions: readonly EngineAction[] = [];

  constructor(text: string) {
    this.configuration = configure(text);
    this.state = beginState(this.configuration);
  }

  /** One cycle; answers what was done as short words. Services that are not named run well. */
  pass(samples: Readonly<Record<string, Sample>> = {}): string[] {
    const all = new Map<string, Sample>(
      this.configuration.services.map(({ name }) => [name, samples[name] ?? RUNNING]),
    );
    const result = evaluatePass({
      configuration: this.configuration,
      state: this.state,
      samples: all,
      wallMs: this.wallMs,
    });
    this.wallMs += 10_000;
    this.state = result.state;
    this.events = result.events;
    this.actions = result.actions;
    return result.actions.filter(({ kind }) => kind !== 'alert').map(describeAction);
  }

  /** A run of cycles of one service; one line of actions for each. */
  run(service: string, samples: readonly Sample[]): string[] {
    return samples.map((sample) => this.pass({ [service]: sample }).join(' '));
  }

  /** A person's action; answers its steps. */
  order(action: ServiceAction, service: string): string[] {
    const steps = planSteps({ configuration: this.configuration, state: this.state, service, action });
    this.state = applySteps(this.state, steps, this.configuration);
    return steps.map((step) => `${step.op} ${step.service}`);
  }

  monitoring(): Record<string, string> {
    return Object.fromEntries([...this.state].map(([name, { monitoring }]) => [name, monitoring]));
  }
}

function describeAction(action: EngineAction): string {
  if (action.kind === 'exec') return `exec:${action.command.argv.slice(1).join(',')}`;
  if (action.kind === 'service')
    return action.steps.length <= 2 && action.steps.every(({ service }) => service === action.service)
      ? action.action
      : action.steps.map(({ op, service }) => `${op}-${service}`).join('+');
  if (action.kind === 'suppressed') return `(${action.action})`;
  return 'alert';
}
