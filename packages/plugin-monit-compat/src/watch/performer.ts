import type { Actor, Clock, Logger } from '@tappet/core';
import type { EngineAction, ServiceAction, Step } from '../engine/action.ts';
import { recipientsFor } from '../engine/alert-filter.ts';
import { actionEnvironment } from '../engine/environment.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { Sample } from '../engine/sample.ts';
import type { MonitConfiguration } from '../model/configuration.ts';
import type { Alerts } from '../alert/alerts.ts';
import { ActionEvents, actionDone } from './action-events.ts';
import { runMethod, type StepResult } from './method.ts';
import type { OwnServices } from './own-services.ts';
import type { RunProgram } from './run-program.ts';
import { type Deed, joinRestarts } from './steps.ts';

/** What carrying out actions needs. */
export interface PerformerParts {
  readonly configuration: MonitConfiguration;
  /** Names in the control language → names of our own services. */
  readonly own: ReadonlyMap<string, string>;
  readonly services: OwnServices;
  readonly run: RunProgram;
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: string;
  /** Log what would be done and do nothing. */
  readonly isRehearsal: boolean;
  lastSample(service: string): Sample | undefined;
  onEvent(event: MonitEvent): void;
}

/** Who asked for steps, and why. */
export interface Order {
  readonly actor: Extract<Actor, 'user' | 'rule'>;
  readonly reason: string;
}

const MOST_EXECS = 64;

/** Carries out what rules and people ask for. */
export class Performer {
  readonly #parts: PerformerParts;
  readonly #events = new ActionEvents();
  #execs = 0;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  /** Does one action of the engine. Resolves when its steps are done; alerts and `exec` programs are not waited for. */
  async perform(action: EngineAction): Promise<void> {
    const { log, isRehearsal } = this.#parts;
    const { cause, service } = action;
    switch (action.kind) {
      case 'service':
        await this.order(action.steps, { actor: 'rule', reason: reasonOf(cause) });
        return;
      case 'exec':
        if (isRehearsal) log.info({ service }, `would run ${action.command.argv.join(' ')}: ${reasonOf(cause)}`);
        else void this.#exec(action);
        return;
      case 'alert':
        if (isRehearsal) log.info({ service }, `would alert ${addresses(action)}: ${reasonOf(cause)}`);
        else this.#parts.alerts.send(action);
        return;
      case 'suppressed':
        log.info({ service }, `${service} is passive, no ${action.action}: ${reasonOf(cause)}`);
    }
  }

  /** Does steps in their order. A failed step that is marked so leaves out the rest. */
  async order(steps: readonly Step[], order: Order): Promise<readonly StepResult[]> {
    const { own, log, isRehearsal } = this.#parts;
    const results: StepResult[] = [];
    for (const deed of joinRestarts(steps, (service) => own.has(service))) {
      if (isRehearsal) {
        log.info({ service: deed.service }, `would ${deed.op} ${deed.service}${this.#how(deed)}: ${order.reason}`);
        continue;
      }
      const result = await this.#step(deed, order);
      results.push(result);
      this.#tell(deed, result, order);
      this.#announce(this.#events.ofStep(deed.service, deed.op, result));
      if (!result.ok && deed.onFailure === 'abort') break;
    }
    return results;
  }

  /** What a person asked for is done: who wants to know of actions is told. */
  announceDone(action: ServiceAction, service: string, results: readonly StepResult[]): void {
    if (!this.#parts.isRehearsal && results.every(({ ok }) => ok)) this.#announce(actionDone(service, action));
  }

  #announce(event: MonitEvent | undefined): void {
    const { alerts, configuration, onEvent } = this.#parts;
    if (event === undefined) return;
    onEvent(event);
    alerts.tell(event);
    const { service } = event;
    const all = configuration.byName.get(service)?.recipients ?? [];
    const recipients = recipientsFor(all, event, { isTransition: true, count: 1 });
    if (recipients.length === 0) return;
    alerts.send({ kind: 'alert', service, recipients, isReminder: false, action: 'alert', cause: event });
  }

  async #step(deed: Deed, order: Order): Promise<StepResult> {
    const { configuration, own, services, clock, host, run } = this.#parts;
    const { op, service: name } = deed;
    if (op === 'monitor' || op === 'unmonitor') return { ok: true, message: '' };
    const ownName = own.get(name);
    if (ownName !== undefined) return services.act(ownName, { action: op, ...order });
    const service = configuration.byName.get(name);
    if (service === undefined) return { ok: false, message: 'there is no such service' };
    const { limits } = configuration.settings;
    return runMethod({ service, op, sample: this.#parts.lastSample(name), limits, host, clock, run });
  }

  #tell({ op, service }: Deed, { ok, message }: StepResult, { reason }: Order): void {
    const { log } = this.#parts;
    const text = `${op} ${service}${message === '' ? '' : `: ${message}`} (${reason})`;
    if (ok) log.info({ service }, text);
    else log.warn({ service }, `cannot ${text}`);
  }

  #how({ op, service }: Deed): string {
    const methods = this.#parts.configuration.byName.get(service);
    if (op === 'monitor' || op === 'unmonitor' || methods === undefined) return '';
    const method = methods[op];
    return method === undefined ? '' : ` with ${method.argv.join(' ')}`;
  }

  async #exec({ service: name, command, timeoutMs, cause }: Extract<EngineAction, { kind: 'exec' }>): Promise<void> {
    const { configuration, run, clock, host, log } = this.#parts;
    const service = configuration.byName.get(name);
    if (service === undefined) return;
    if (this.#execs >= MOST_EXECS) {
      log.error({ service: name }, `cannot run ${command.argv[0]}: ${MOST_EXECS} programs of rules still run`);
      return;
    }
    this.#execs += 1;
    log.info({ service: name }, `exec ${command.argv.join(' ')} (${reasonOf(cause)})`);
    const env = actionEnvironment({
      service,
      reason: cause,
      sample: this.#parts.lastSample(name),
      host,
      date: new Date(clock.wallMs()),
    });
    const { execTimeoutMs } = configuration.settings.limits;
    const limitMs = timeoutMs ?? (execTimeoutMs > 0 ? execTimeoutMs : undefined);
    const end = await run({ command, env, timeoutMs: limitMs, clock });
    this.#execs -= 1;
    const program = command.argv[0] ?? '';
    if (end.error !== undefined) log.error({ service: name }, `cannot run ${program}: ${end.error}`);
    else if (end.timedOut) log.warn({ service: name }, `${program} did not end within ${limitMs} ms and was killed`);
    else if (end.code !== 0)
      log.warn({ service: name }, `${program} ended with status ${end.code ?? 'unknown'} ${end.output}`);
  }
}

/** Why something is done, in one line for the journal: the rule and what was found. */
export function reasonOf({ rule, label, description }: MonitEvent): string {
  const text = rule.replace(/\s+/g, ' ').trim();
  return `rule "${text.length > 120 ? `${text.slice(0, 119)}…` : text}": ${label}${description === '' ? '' : `, ${description.replace(/\s+/g, ' ')}`}`;
}

function addresses({ recipients }: Extract<EngineAction, { kind: 'alert' }>): string {
  return recipients.map(({ address }) => address).join(', ');
}
