import type { Clock } from '../clock.ts';
import { TappetError } from '../errors/base.ts';
import { diffPlans } from '../plan/diff.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan, ServiceSpec } from '../plan/plan.ts';
import type { PluginHost } from '../plugin/contract.ts';
import type { ServicePipes } from '../process/contract.ts';
import { descriptorBudget } from '../process/descriptors.ts';
import type { Cause } from '../service/cause.ts';
import { adoptAll } from './adopt.ts';
import type { ReloadReport } from './api.ts';
import { applyDiff } from './apply-diff.ts';
import type { Background } from './background.ts';
import { checkAccounts } from './check-accounts.ts';
import type { NewEvent } from './events.ts';
import type { Fleet } from './fleet.ts';
import { accept, type Accepted, isError, located } from './inspect.ts';
import type { SupervisorOptions } from './options.ts';
import type { Premises } from './premises.ts';
import { prepare, type Prepared } from './prepare.ts';
import { readConfiguration } from './read-configuration.ts';

/** What bringing a configuration into force needs. */
export interface RolloutContext {
  readonly options: SupervisorOptions;
  readonly environment: Variables;
  readonly clock: Clock;
  readonly host: PluginHost;
  readonly fleet: Fleet;
  readonly background: Background;
  readonly premises: Premises;
  emit(event: NewEvent): void;
  note(level: 'info' | 'warn' | 'error', message: string, service?: string): void;
  isGoingDown(): boolean;
  goDown(cause: Cause, exitCode: number): void;
}

/** Brings configurations into force: the first one, and each that a reload reads. */
export class Rollout {
  readonly #context: RolloutContext;
  #settled: Promise<void> = Promise.resolve();
  #hasSettled = false;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(context: RolloutContext) {
    this.#context = context;
  }

  /** Resolves when every enabled service of the start is up, has ended, or has failed for the first time. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  get hasSettled(): boolean {
    return this.#hasSettled;
  }

  /** Reads the configuration, sets plugins up and services in motion. When it rejects, what it has opened is the caller's to close. */
  async start(): Promise<void> {
    const { fleet, premises } = this.#context;
    const accepted = await this.#accept();
    premises.plan = accepted.plan;
    await premises.open();
    const { pending, plan } = await this.#prepare(accepted);
    premises.plan = plan;
    await pending.activate().catch((error: unknown) => {
      throw located(accepted.loaded, error);
    });
    await pending.commit();
    this.#warnOfDescriptors(plan);
    await premises.requireLayer().prepare(plan.services.map(pipeOf));
    for (const spec of plan.services) fleet.addProcess(spec);
    await this.#setInMotion();
  }

  /** Reads the configuration again and touches what differs. One after the other, whatever became of the one before. */
  reload(): Promise<ReloadReport> {
    const next = this.#reloading.then(() => this.#reload());
    this.#reloading = next.catch(() => {});
    return next;
  }

  /** Asks the plugins again who takes the output of services. */
  reopenSinks(): void {
    for (const runner of this.#context.fleet.runners.values()) runner.openSinks({ again: true });
  }

  async #accept(): Promise<Accepted> {
    const { options, environment, note } = this.#context;
    const accepted = accept(await readConfiguration(options, environment));
    for (const { message } of accepted.issues.filter((issue) => !isError(issue))) note('warn', message);
    return accepted;
  }

  #prepare(accepted: Accepted): Promise<Prepared> {
    const { host, options } = this.#context;
    return prepare(accepted, { host, only: options.only, verify: checkAccounts });
  }

  /** Services run all the same when the limit is too small; whoever reads the log should know before they do. */
  #warnOfDescriptors({ services }: Plan): void {
    const { message } = descriptorBudget(services.filter(({ enabled }) => enabled).length);
    if (message !== undefined) this.#context.note('warn', message);
  }

  /** Goes on where an earlier supervisor was cut off, and starts the rest. */
  async #setInMotion(): Promise<void> {
    const { emit, fleet, goDown, isGoingDown, premises } = this.#context;
    const earlier = premises.store?.readDaemon();
    const atRest = earlier === undefined ? new Set<string>() : await this.#adopt();
    premises.writeDaemon();
    if (earlier?.shutdown !== undefined) {
      goDown({ actor: 'shutdown', reason: earlier.shutdown.reason }, earlier.shutdown.exitCode);
      return;
    }
    const enabled = fleet.all().filter(({ spec, name }) => spec.enabled && !atRest.has(name));
    const starts = enabled.map((service) =>
      service.submit({ action: 'start', actor: 'boot', reason: 'the supervisor starts' }),
    );
    this.#settled = Promise.all(starts).then(() => {
      if (isGoingDown()) return;
      this.#hasSettled = true;
      const failed = enabled.filter(({ state }) => state === 'FAILED' || state === 'BACKOFF').map(({ name }) => name);
      emit({ type: 'started', services: enabled.length, failed });
    });
  }

  /** Names of the services that stay at rest because they were before. */
  async #adopt(): Promise<ReadonlySet<string>> {
    const { clock, emit, fleet, note, premises } = this.#context;
    const { adopted, atRest } = await adoptAll({
      records: premises.store?.readServices() ?? [],
      services: fleet.services,
      runners: fleet.runners,
      layer: premises.requireLayer(),
      nowMs: clock.nowMs(),
      note,
    });
    for (const { service, pid } of adopted) emit({ type: 'spawn', service, pid, adopted: true });
    return atRest;
  }

  async #reload(): Promise<ReloadReport> {
    const { background, emit, fleet, host, isGoingDown, premises } = this.#context;
    if (isGoingDown()) {
      throw new TappetError('cannot reload: the supervisor is shutting down', { code: 'ERR_SHUTTING_DOWN' });
    }
    const previous = premises.requirePlan();
    const accepted = await this.#accept();
    const { pending, plan } = await this.#prepare(accepted);
    if (plan.project !== previous.project) {
      await pending.abandon();
      throw new TappetError(`cannot reload: the project is "${previous.project}" and would become "${plan.project}"`, {
        code: 'ERR_RELOAD_FAILED',
        hint: 'run "tappet down" first, then start it under the new name',
      });
    }
    await pending.activate().catch((error: unknown) => {
      throw located(accepted.loaded, error);
    });
    premises.plan = plan;
    // Output goes to sinks of the new plugins before the old ones are disposed of.
    await pending.commit(() => this.reopenSinks());
    const diff = diffPlans(previous, plan);
    await premises.requireLayer().prepare([...diff.added, ...diff.restarted.map(({ to }) => to)].map(pipeOf));
    applyDiff(fleet, diff, background);
    fleet.order(plan);
    premises.writeDaemon();
    const touched = {
      added: diff.added.map(({ name }) => name),
      removed: diff.removed.map(({ name }) => name),
      restarted: diff.restarted.map(({ to }) => to.name),
      updated: diff.updated.map(({ to }) => to.name),
    };
    emit({ type: 'reload', ...touched });
    await host.lifecycle.onReload({ plan, previous, diff });
    const plugins = { added: pending.added, removed: pending.removed };
    return { ...touched, unchanged: diff.unchanged.length, plugins };
  }
}

function pipeOf({ name, user, group, notifyFd }: ServiceSpec): ServicePipes {
  return { name, output: 'merged', user, group, notify: notifyFd !== undefined };
}
