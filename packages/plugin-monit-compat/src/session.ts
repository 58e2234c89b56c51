import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Logger } from '@tappet/core';
import { Alerts } from './alert/alerts.ts';
import { createMailer } from './alert/mailer.ts';
import { fileQueue, memoryQueue } from './alert/queue.ts';
import { postWebhook } from './alert/webhook.ts';
import type { MonitEvent } from './engine/event.ts';
import { beginState, type EngineState, type ServiceState } from './engine/service-state.ts';
import type { Prober, ProbeSettings } from './probe/prober.ts';
import { createLateFigures } from './report/late-figures.ts';
import { LANGUAGE_VERSION, type ServerFacts } from './report/server-facts.ts';
import { fingerprintOf, keepUnchanged } from './same-plan.ts';
import { followProcess, type FollowProcess } from './sample/follow-process.ts';
import { Sampler } from './sample/sampler.ts';
import type { WebhookOptions } from './schema.ts';
import { OwnServices, type OwnSupervisor } from './watch/own-services.ts';
import { type RunProgram, runProgram } from './watch/run-program.ts';
import type { Sampling } from './watch/sampling.ts';
import { type StateFile, stateFile } from './watch/state-file.ts';
import { Watch } from './watch/watch.ts';
import type { WatchPlan } from './watch/watch-parts.ts';

/** Everything of one generation that a session goes by. */
export interface SessionPlan extends WatchPlan {
  readonly webhook: WebhookOptions | undefined;
  /** Undefined: nothing is remembered over restarts. */
  readonly statePath: string | undefined;
  /** Undefined: alerts wait in memory. */
  readonly queueFolder: string | undefined;
  readonly controlFile: string;
}

/** What the generation in force lends. */
export interface SessionPorts {
  readonly supervisor: OwnSupervisor;
  readonly log: Logger;
  emit(event: MonitEvent): void;
}

/** Replaceable parts of the world, for tests. */
export interface SessionWorld {
  readonly clock: Clock;
  readonly run?: RunProgram;
  readonly prober?: Prober;
  readonly sampling?: (plan: SessionPlan, services: OwnServices) => Sampling;
  readonly follow?: FollowProcess;
}

const KEPT_EVENTS = 100;
const DEFAULT_SLOTS = 100;

/**
 * What lives on while generations of the plugin come and go: the watch with its counters, and what was seen. A reload that changes
 * nothing for the watch leaves it alone; otherwise services that are the same keep their counters.
 */
export class Session {
  readonly token: string = randomBytes(16).toString('hex');
  readonly id: string = randomBytes(16).toString('hex');
  /** Reports with the figures that no rule asks for. */
  readonly full: ReturnType<typeof createLateFigures>;
  readonly events: { readonly wallMs: number; readonly event: MonitEvent }[] = [];
  readonly #world: SessionWorld;
  readonly #startedMs: number;
  readonly #startedWallMs: number;
  #watch: Watch | undefined;
  #plan: SessionPlan | undefined;
  #fingerprint = '';
  #services: OwnServices | undefined;
  #ports: SessionPorts | undefined;
  #alerts: Alerts | undefined;

  constructor(world: SessionWorld) {
    this.#world = world;
    this.full = createLateFigures(() => world.clock.nowMs());
    this.#startedMs = world.clock.nowMs();
    this.#startedWallMs = world.clock.wallMs();
  }

  get watch(): Watch | undefined {
    return this.#watch;
  }

  /** Takes a generation over. Begins to watch when it is the first one. */
  async adopt(plan: SessionPlan, ports: SessionPorts): Promise<void> {
    this.#ports = ports;
    this.#services ??= new OwnServices(ports.supervisor);
    this.#services.use(ports.supervisor);
    const fingerprint = fingerprintOf(plan);
    if (this.#watch !== undefined && fingerprint === this.#fingerprint) return;
    const old = this.#watch;
    const before = this.#plan;
    const memory = this.#memoryOf(plan);
    const state =
      old === undefined || before === undefined
        ? beginState(plan.configuration, memory?.load())
        : keepUnchanged(plan.configuration, { old: old.state, before: before.configuration });
    this.#fingerprint = fingerprint;
    this.#plan = plan;
    this.#watch = this.#createWatch(plan, this.#services, { state, memory });
    const delayMs = old === undefined ? plan.configuration.settings.startDelaySeconds * 1000 : 0;
    this.#watch.start(delayMs);
    await old?.stop();
  }

  /** Nothing is watched any more. What the services do is left alone. */
  async close(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.stop();
    this.#alerts?.close();
  }

  /** What status views say about the supervisor. */
  server(): ServerFacts {
    const plan = this.#plan;
    const httpd = plan?.configuration.settings.httpd;
    return {
      id: this.id,
      incarnation: Math.floor(this.#startedWallMs / 1000),
      version: LANGUAGE_VERSION,
      uptimeSeconds: Math.floor((this.#world.clock.nowMs() - this.#startedMs) / 1000),
      pollSeconds: Math.round((plan?.pollMs ?? 0) / 1000),
      startDelaySeconds: plan?.configuration.settings.startDelaySeconds ?? 0,
      host: plan?.host ?? '',
      controlFile: plan?.controlFile ?? '',
      httpd:
        httpd?.port === undefined
          ? undefined
          : { address: httpd.address ?? '127.0.0.1', port: httpd.port, ssl: httpd.tls !== undefined },
    };
  }

  #memoryOf({ statePath, isRehearsal }: SessionPlan): StateFile | undefined {
    return statePath === undefined || isRehearsal ? undefined : stateFile(statePath);
  }

  #createWatch(
    plan: SessionPlan,
    services: OwnServices,
    { state, memory }: { state: EngineState; memory: StateFile | undefined },
  ): Watch {
    const { clock, run = runProgram, prober, sampling = realSampling, follow = followProcess } = this.#world;
    const { settings } = plan.configuration;
    const log = this.#log();
    return new Watch(
      plan,
      {
        clock,
        log,
        services,
        run,
        prober: prober ?? lateProber({ tls: settings.tls, httpBytes: settings.limits.httpContentBuffer }),
        sampling: sampling(plan, services),
        fastSampling: () => sampling(plan, services),
        follow,
        alerts: (this.#alerts = this.#createAlerts(plan, log)),
        onMonitoring: (changed) => this.#remember(memory, changed),
        onEvent: (event) => this.#note(event),
      },
      state,
    );
  }

  #createAlerts({ configuration: { settings }, webhook, host, queueFolder }: SessionPlan, log: Logger): Alerts {
    const slots = settings.eventQueue?.slots ?? DEFAULT_SLOTS;
    const folder = settings.eventQueue?.directory ?? queueFolder;
    return new Alerts({
      queue: folder === undefined ? memoryQueue(slots) : fileQueue(folder, slots),
      mail: settings.mailServers.length === 0 ? undefined : createMailer(settings),
      webhook: webhook === undefined ? undefined : (body) => postWebhook(webhook, body),
      format: settings.mailFormat,
      host,
      clock: this.#world.clock,
      log,
    });
  }

  #remember(memory: StateFile | undefined, state: ReadonlyMap<string, ServiceState>): void {
    try {
      memory?.save(state);
    } catch (error) {
      this.#log().warn(`cannot write the state file: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #note(event: MonitEvent): void {
    this.events.push({ wallMs: this.#world.clock.wallMs(), event });
    if (this.events.length > KEPT_EVENTS) this.events.shift();
    const { service, state, label, description } = event;
    const text = `${service}: ${label}${description === '' ? '' : `: ${description}`}`;
    if (state === 'failed') this.#log().warn({ service }, text);
    else this.#log().info({ service }, text);
    this.#ports?.emit(event);
  }

  // The logger of the generation in force, whichever that is when something is written.
  #log(): Logger {
    const write =
      (level: 'debug' | 'info' | 'warn' | 'error') =>
      (first: string | object, second?: string): void => {
        const log = this.#ports?.log ?? silent;
        if (typeof first === 'string') log[level](first);
        else log[level](first, second ?? '');
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (bindings) => (this.#ports?.log ?? silent).child(bindings),
    };
  }
}

/** Probes are loaded for the first test that needs them. */
function lateProber(settings: ProbeSettings): Prober {
  let prober: Promise<Prober> | undefined;
  return async (...input) => {
    prober ??= import('./probe/prober.ts').then(({ createProber }) => createProber(settings));
    return (await prober)(...input);
  };
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

function realSampling({ configuration, own }: SessionPlan, services: OwnServices): Sampling {
  return new Sampler(configuration, {
    ownPid: ({ name }) => {
      const ownName = own.get(name);
      return ownName === undefined ? undefined : { pid: services.pid(ownName) };
    },
  });
}

/** The folder for alerts beside the state of the supervisor. */
export function defaultQueueFolder(directory: string): string {
  return join(directory, 'monit-alerts');
}
