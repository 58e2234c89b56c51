import { ConfigError, type ConfigIssue } from '../errors/base.ts';
import { nearest } from '../errors/nearest.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { OwnedSections } from '../plan/build.ts';
import type { Plan } from '../plan/plan.ts';
import type { OwnedService } from '../plan/service-spec.ts';
import type { Plugin } from './define-plugin.ts';
import { isTableOf, orphanKeys, orphanOptions, ownedKeys } from './owners.ts';
import { checkSection } from './section-check.ts';

/** The sections of one service after their schemas: the plugin's own table and its service keys. */
interface ServiceSections {
  readonly table: unknown;
  readonly keys: ReadonlyMap<string, unknown>;
}

/** The parts of the configuration that plugins own, after their schemas. */
export class Sections {
  readonly #plugins: readonly Plugin[];
  readonly #configs = new Map<string, unknown>();
  /** By plugin, then by service. */
  readonly #services = new Map<string, Map<string, ServiceSections>>();
  /** What an absent table gives, by plugin; missing when the schema refuses `{}`. */
  readonly #defaults = new Map<string, ServiceSections>();
  /** Outcomes by plugin and section value: copies of a service and services of an unchanged plan are checked once. */
  readonly #checked = new Map<string, WeakMap<object, ServiceSections>>();

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = plugins;
  }

  /** Checks what plugins own of a configuration: every issue. Keys of plugins that are missing have been reported as such. */
  async check(
    { pluginConfig, services }: OwnedSections,
    missing: ReadonlySet<string>,
  ): Promise<readonly ConfigIssue[]> {
    const issues = [...orphanOptions(pluginConfig, { plugins: this.#plugins, missing })];
    for (const plugin of this.#plugins) {
      const key = Object.keys(pluginConfig).find((name) => isTableOf(plugin, name)) ?? plugin.name;
      const raw = Object.hasOwn(pluginConfig, key) ? pluginConfig[key] : {};
      const path = ['plugins', key];
      const outcome = await checkSection({ schema: plugin.configSchema, value: raw, path, subject: '' });
      if ('issues' in outcome) issues.push(...outcome.issues);
      else this.#configs.set(plugin.name, outcome.value);
    }
    issues.push(...orphanKeys(services, { plugins: this.#plugins, missing }));
    issues.push(...(await this.#checkServices(services)));
    return dedupe(issues);
  }

  /** Checks the services of the final plan; those that are as they were read have been checked. Throws a ConfigError. */
  async checkPlan({ services, source }: Plan): Promise<void> {
    const owned = services.map(({ name, instance, sections }) => ({
      name,
      path: ['services', instance?.of ?? name],
      sections,
    }));
    const orphans = orphanKeys(owned, { plugins: this.#plugins, missing: new Set() });
    const issues = [...orphans, ...(await this.#checkServices(owned))];
    if (issues.length > 0) throw new ConfigError(dedupe(issues), source.file);
  }

  /** Takes over what an earlier generation knew of services that this plan does not have: they may still be stopping. */
  inherit(previous: Sections): void {
    for (const [plugin, services] of previous.#services) {
      const mine = this.#services.get(plugin);
      if (mine === undefined) continue;
      for (const [service, sections] of services) if (!mine.has(service)) mine.set(service, sections);
    }
  }

  config(plugin: string): unknown {
    return this.#configs.get(plugin);
  }

  /** The sections of a service; those of an empty service for one that is not in the plan but exists, such as a component. */
  of(plugin: string, service: { readonly name: string }): ServiceSections {
    const known = this.#services.get(plugin)?.get(service.name);
    const sections = known ?? ('spec' in service && isView(service) ? this.#defaults.get(plugin) : undefined);
    if (sections !== undefined) return sections;
    const close = nearest(service.name, this.#services.get(plugin)?.keys() ?? []);
    const hint = close === undefined ? '' : `, did you mean "${close}"?`;
    throw new TypeError(`serviceConfig: no service of the plan is called "${service.name}"${hint}`);
  }

  async #checkServices(owned: readonly OwnedService[]): Promise<ConfigIssue[]> {
    const issues: ConfigIssue[] = [];
    for (const plugin of this.#plugins) {
      const services = this.#services.get(plugin.name) ?? new Map<string, ServiceSections>();
      this.#services.set(plugin.name, services);
      await this.#checkDefaults(plugin);
      for (const service of owned) {
        const outcome = await this.#checkService(plugin, service);
        if ('issues' in outcome) issues.push(...outcome.issues);
        else services.set(service.name, outcome);
      }
    }
    return issues;
  }

  async #checkDefaults(plugin: Plugin): Promise<void> {
    if (this.#defaults.has(plugin.name)) return;
    const outcome = await checkSection({ schema: plugin.serviceSchema, value: {}, path: [], subject: '' });
    if ('value' in outcome) this.#defaults.set(plugin.name, { table: freezePlain(outcome.value), keys: new Map() });
  }

  async #checkService(
    plugin: Plugin,
    { name, path, sections }: OwnedService,
  ): Promise<ServiceSections | { readonly issues: readonly ConfigIssue[] }> {
    const owned = ownedKeys(plugin).filter((key) => Object.hasOwn(sections, key));
    const defaults = this.#defaults.get(plugin.name);
    if (owned.length === 0 && defaults !== undefined) return defaults;
    const checked = this.#checked.get(plugin.name) ?? new WeakMap<object, ServiceSections>();
    this.#checked.set(plugin.name, checked);
    const known = checked.get(sections);
    if (known !== undefined) return known;

    const subject = `service "${name}": `;
    const issues: ConfigIssue[] = [];
    const raw = Object.hasOwn(sections, plugin.name) ? sections[plugin.name] : {};
    const table = await checkSection({
      schema: plugin.serviceSchema,
      value: raw,
      path: [...path, plugin.name],
      subject,
    });
    if ('issues' in table) issues.push(...table.issues);
    const keys = new Map<string, unknown>();
    for (const key of owned.filter((name) => name !== plugin.name)) {
      const schema = plugin.serviceKeys?.[key];
      const outcome = await checkSection({ schema, value: sections[key], path: [...path, key], subject });
      if ('issues' in outcome) issues.push(...outcome.issues);
      else keys.set(key, outcome.value);
    }
    if (issues.length > 0 || 'issues' in table) return { issues };
    const result = { table: table.value, keys };
    checked.set(sections, result);
    return result;
  }
}

/** Services without a table share one value, so nobody may write on it. */
function freezePlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.freeze(value) : value;
}

function isView(service: object): service is ServiceView {
  return 'spec' in service && typeof service.spec === 'object';
}

function dedupe(issues: readonly ConfigIssue[]): ConfigIssue[] {
  const seen = new Map(
    issues.map((issue) => [JSON.stringify([issue.path, issue.code, withoutCopy(issue.message)]), issue]),
  );
  return [...seen.values()];
}

/** Copies of one service differ in their number only. */
function withoutCopy(message: string): string {
  return message.replace(/^service "([^"@]*)@\d+"/, 'service "$1"');
}
