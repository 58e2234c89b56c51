import { PluginError } from '../errors/base.ts';
import { asCore, asPlugin } from '../hooks/attribution.ts';
import { callPlan, createLifecycle } from '../hooks/calls.ts';
import type { TapProblem } from '../hooks/isolated-tap.ts';
import { Rests } from '../hooks/rests.ts';
import { callExposed } from './call.ts';
import { Carry, type DueDisposal } from './carry.ts';
import { DRAIN_LIMIT_MS, type PluginHost, type PluginHostOptions, type UncaughtFault } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { culpritOf } from './culprit.ts';
import { describeService } from './describe.ts';
import { Faults, FAULTS_WITHIN_MS, MOST_FAULTS } from './faults.ts';
import { DISPOSE_DEADLINE_MS, Generation } from './generation.ts';
import type { PluginInstance } from './instance.ts';
import { reportPlugins } from './reports.ts';
import { Sections } from './sections.ts';

/** A host without plugins. */
export function createPluginHost(options: PluginHostOptions): PluginHost {
  const { clock, log, environment, supervisor, onEvent } = options;
  const carry = new Carry();
  const rests = new Rests(clock);
  const faults = new Faults(clock);
  const pending = new Set<Generation>();
  const waiting = new Set<() => void>();
  let current = createGeneration(new Sections([]));
  let closing: Promise<void> | undefined;

  function createGeneration(sections: Sections): Generation {
    return new Generation({
      clock,
      log,
      environment,
      supervisor,
      carry,
      rests,
      sections,
      waiting,
      report,
      complain,
      emit: (plugin, name, data) => onEvent({ type: 'custom', plugin, name, data }),
    });
  }

  function report({ what, tap, message, error }: TapProblem): void {
    const fields = {
      plugin: tap.plugin,
      hook: tap.hook,
      tap: tap.label,
      ...(error === undefined ? {} : { err: error }),
    };
    if (what === 'failed' || what === 'overran' || what === 'quarantined') log.error(fields, message);
    else log.warn(fields, message);
    onEvent({ type: 'plugin', plugin: tap.plugin, hook: tap.hook, message });
  }

  function complain(plugin: string, step: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const isNamed = error instanceof PluginError && error.code === 'ERR_PLUGIN_DEADLINE';
    const message = isNamed ? reason : `${step} of plugin "${plugin}" failed: ${reason}`;
    log.error({ plugin, hook: step, err: error }, message);
    onEvent({ type: 'plugin', plugin, hook: step, message });
  }

  async function disposeCarried(due: readonly DueDisposal[]): Promise<void> {
    for (const { plugin, key, dispose } of due) {
      try {
        const work = (): void | Promise<void> => asPlugin(plugin, dispose);
        await withDeadline({ clock, deadlineMs: DISPOSE_DEADLINE_MS, work, late: lateDisposal });
      } catch (error) {
        complain(plugin, `dispose of "${key}"`, error);
      }
    }
  }

  function uncaught(error: unknown): UncaughtFault | undefined {
    const entries = current.instances.map(({ entry }) => entry);
    const plugin = culpritOf(error, entries);
    if (plugin === undefined) return undefined;
    const instance = current.instance(plugin);
    if (instance?.off !== undefined) return { plugin, isKnown: true };
    const isFlood = faults.isFlood(plugin);
    if (isFlood && instance !== undefined) asCore(() => switchOff(instance, error));
    return { plugin, isKnown: isFlood };
  }

  function switchOff(instance: PluginInstance, error: unknown): void {
    const { name } = instance.entry.plugin;
    const last = error instanceof Error ? error.message : String(error);
    const reason = `more than ${MOST_FAULTS} errors that nobody caught came from it within ${FAULTS_WITHIN_MS / 1000}s, the last: ${last}`;
    const generation = current;
    generation.switchOff(instance, reason);
    const message = `plugin "${name}" is switched off until the next reload: ${reason}`;
    log.error({ plugin: name }, message);
    onEvent({ type: 'plugin', plugin: name, hook: undefined, message });
    options.onSwitchedOff?.(name);
    void generation.disposeOf(instance).then(() => disposeCarried(carry.drop(name)));
  }

  async function discard(generation: Generation): Promise<void> {
    pending.delete(generation);
    await generation.dispose();
    await disposeCarried(carry.undo(generation.claims));
  }

  async function swap(generation: Generation, afterSwap: () => void | Promise<void>): Promise<void> {
    const old = current;
    current = generation;
    generation.plan = undefined;
    pending.delete(generation);
    old.retire();
    await generation.takeOver();
    try {
      await afterSwap();
    } catch (error) {
      log.error({ err: error }, 'a step after the swap of plugins failed');
    }
    const stillBusy = await old.drain(DRAIN_LIMIT_MS);
    if (stillBusy.length > 0) {
      log.warn(`plugins are disposed while calls of ${stillBusy.join(', ')} are still under way`);
    }
    await old.dispose();
    if (current === generation) await disposeCarried(carry.keepOnly(generation.claims));
  }

  /** Whoever closes has waited for its calls as long as it wanted to. */
  async function closeAll(): Promise<void> {
    for (const giveUp of waiting) giveUp();
    for (const generation of pending) await discard(generation);
    await current.dispose();
    await disposeCarried(carry.keepOnly(undefined));
    for (const giveUp of waiting) giveUp();
  }

  return {
    lifecycle: createLifecycle(() => current),
    async prepare({ entries, plan, sections }) {
      if (closing !== undefined) throw new Error('cannot prepare plugins: the host is closed');
      sections.inherit(current.sections);
      const generation = createGeneration(sections);
      pending.add(generation);
      try {
        await generation.setUp(entries, plan);
      } catch (error) {
        await discard(generation);
        throw error;
      }
      return {
        added: namesOf(generation).filter((name) => current.instance(name) === undefined),
        removed: namesOf(current).filter((name) => generation.instance(name) === undefined),
        transformPlan: (draft) => callPlan(generation, draft),
        async setPlan(final) {
          await sections.checkPlan(final);
          generation.plan = final;
        },
        async activate() {
          try {
            await generation.activate();
          } catch (error) {
            await discard(generation);
            throw error;
          }
        },
        async commit(afterSwap = () => {}) {
          if (pending.has(generation)) await swap(generation, afterSwap);
        },
        async abandon() {
          if (pending.has(generation)) await discard(generation);
        },
      };
    },
    reports: () => reportPlugins(current),
    releaseTap(label) {
      const released = current.traces.filter((trace) => trace.identity.label === label && trace.release());
      for (const { identity } of released) {
        const message = `tap "${label}" on ${identity.hook} was released from quarantine`;
        log.info({ plugin: identity.plugin, hook: identity.hook }, message);
        onEvent({ type: 'plugin', plugin: identity.plugin, hook: identity.hook, message });
      }
      return released.length > 0;
    },
    call: (plugin, method, params, signal) => callExposed(current, { plugin, method, params, signal }),
    uncaught,
    describe: (service) => describeService(current, { service, clock, rests, complain }),
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function namesOf(generation: Generation): string[] {
  return generation.instances.map(({ entry }) => entry.plugin.name);
}

function lateDisposal(): Error {
  return new Error(`it did not settle within ${DISPOSE_DEADLINE_MS} ms`);
}
