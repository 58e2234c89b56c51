import { type Cause, definePlugin, type Plugin, type ServiceView } from '@tappet/core';
import { hasError } from './engine/service-state.ts';
import { listNotEnforced } from './model/not-enforced.ts';
import { METHOD_NAMES } from './method-names.ts';
import { planSession } from './plan-session.ts';
import {
  configSchema,
  type MonitOptions,
  type MonitServiceOptions,
  monitKey,
  rulesKey,
  serviceSchema,
} from './schema.ts';
import { Session, type SessionPlan, type SessionWorld } from './session.ts';

/** The plugin with other parts of the world than the machine's own, for tests. */
export function createMonitCompat(world: Omit<SessionWorld, 'clock'> = {}): Plugin<MonitOptions, MonitServiceOptions> {
  return definePlugin<MonitOptions, MonitServiceOptions>({
    name: 'monit-compat',
    configSchema,
    serviceSchema,
    serviceKeys: { monit: monitKey, rules: rulesKey },
    // monit's language hands $ on to the programs that it runs.
    variables: { monit: 'keep', rules: 'keep' },
    setup(context) {
      const { carry, clock, defer, describe, emit, expose, hooks, log, onActivate, onInForce, supervisor } = context;
      let plan: SessionPlan | undefined = planSession(context);
      const { httpd } = plan.configuration.settings;
      const session = carry(
        'session',
        () => new Session({ ...world, clock }),
        (carried) => carried.close(),
      );
      for (const { at, what, why } of listNotEnforced(plan.configuration))
        log.warn(`${at.file}:${at.line}: ${what}: has no effect here: ${why}`);

      onActivate(async () => {
        if (httpd === undefined || (httpd.port === undefined && httpd.socket === undefined)) return;
        const { openStatusPages } = await import('./status-pages.ts');
        await openStatusPages(httpd, { session, log, carry });
      });
      onInForce(async () => {
        const adopted = plan;
        // A session that goes on by an equal plan keeps its own: hundreds of services are not held twice.
        plan = undefined;
        if (adopted === undefined) return;
        await session.adopt(adopted, {
          supervisor,
          log,
          emit: ({ service, name, state, label, description, rule }) =>
            emit('tappet.monit/event', { service, event: name, state, label, description, rule }),
        });
      });
      let isOver = false;
      defer(() => void (isOver = true));

      hooks.decideRestart.tap('fast', ({ service, exit }) =>
        exit.requested ? undefined : session.watch?.decideRestart(service.name),
      );
      hooks.onStateChange.tap('follow', ({ service, from, to, cause }) => {
        if (isOver) return;
        if (to === 'BACKOFF' && isOwnPolicy(cause)) session.watch?.countRestart(service.name);
        // A person brings a service back: whatever a rule had switched off is on again.
        if (from === 'STOPPED' || from === 'FAILED') if (cause.actor === 'user') session.watch?.resume(service.name);
      });
      describe((service) => describeService(session, service));
      // The views are loaded when somebody first asks.
      for (const name of METHOD_NAMES)
        expose(name, async (params, signal) => {
          const { sessionMethods } = await import('./methods.ts');
          return sessionMethods(session)[name](params, signal);
        });
    },
  });
}

// Restarts that a rule asked for are counted where it asks.
function isOwnPolicy(cause: Cause): boolean {
  for (let link: Cause | undefined = cause; link !== undefined; link = link.causedBy)
    if (link.actor === 'user' || link.actor === 'rule' || link.reason.startsWith('rule "')) return false;
  return true;
}

function describeService(session: Session, { name }: ServiceView): Readonly<Record<string, unknown>> | undefined {
  const { watch } = session;
  if (watch === undefined) return undefined;
  for (const [checked, own] of watch.plan.own) {
    if (own !== name) continue;
    const service = watch.plan.configuration.byName.get(checked);
    const state = watch.state.get(checked);
    if (service === undefined || state === undefined) return undefined;
    return {
      monitoring: state.monitoring,
      rules: service.rules.length + service.restartLimits.length,
      failing: hasError(state),
    };
  }
  return undefined;
}
