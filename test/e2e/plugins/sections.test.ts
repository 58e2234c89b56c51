import { describe, expect, it } from 'vitest';
import { bench, type Bench } from '../support/tappet.ts';
import { clientOf, install, link, STEADY } from './plugin-bench.ts';

const HEAD = 'project = "sections"\n';

/** The same two tables in three languages: unknown keys refused, defaults filled in. */
const SCHEMAS = {
  valibot: `import * as v from 'valibot';
    const configSchema = v.strictObject({ perHour: v.optional(v.pipe(v.number(), v.integer()), 20) });
    const serviceSchema = v.strictObject({ perHour: v.optional(v.number()) });`,
  zod: `import * as z from 'zod';
    const configSchema = z.strictObject({ perHour: z.number().int().default(20) });
    const serviceSchema = z.strictObject({ perHour: z.number().optional() });`,
  arktype: `import { type } from 'arktype';
    const configSchema = type({ '+': 'reject', perHour: 'number.integer = 20' });
    const serviceSchema = type({ '+': 'reject', 'perHour?': 'number' });`,
};

function budgetBench(library: keyof typeof SCHEMAS, config: string): Bench {
  const stack = bench(config);
  link(stack.folder, library);
  install(stack.folder, 'tappet-plugin-budget', {
    files: {
      'index.js': `${SCHEMAS[library]}
        export default { name: 'budget', configSchema, serviceSchema, setup({ config, serviceConfig, expose }) {
          expose('limits', () => ({ config, steady: serviceConfig({ name: 'steady' }) }));
        } };`,
    },
  });
  return stack;
}

describe.each(['valibot', 'zod', 'arktype'] as const)('sections with a schema of %s', (library) => {
  it('reach the plugin with their defaults', async () => {
    await using stack = budgetBench(library, `${HEAD}plugins = ["budget"]\n${STEADY}[services.budget]\nperHour = 7\n`);
    await stack.up().line(/All services started/);
    const limits = await (await clientOf(stack)).call('budget', 'limits');
    expect(limits).toEqual({ config: { perHour: 20 }, steady: { perHour: 7 } });
  });

  it('are checked all at once, each issue with file, line and column of its value', async () => {
    const config = `${HEAD}[plugins.budget]\nperHour = "many"\n${STEADY}[services.budget]\nperHour = true\n`;
    await using stack = budgetBench(library, config);
    for (const command of ['check', 'up']) {
      const { code, stdout, stderr } = await stack.run([command]);
      const text = stdout + stderr;
      expect(code, text).toBe(2);
      expect(text).toMatch(/\/services\.toml:3:11: /);
      expect(text).toMatch(/\/services\.toml:9:11: /);
      expect(text).toContain('  3 | perHour = "many"');
    }
  });

  it('have a key that nobody knows told at the key, with the nearest that is known', async () => {
    const config = `${HEAD}[plugins.budget]\n  perHuor = 3\n${STEADY}budget = { perHuor = 3 }\n`;
    await using stack = budgetBench(library, config);
    for (const command of ['check', 'up']) {
      const { code, stderr } = await stack.run([command]);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(
        'services.toml:3:3: error: cannot use "perHuor" in [plugins.budget]: there is no such key',
      );
      expect(stderr).toContain('services.toml:8:12: error: cannot use "perHuor" in "budget" of service "steady"');
      expect(stderr.match(/hint: did you mean "perHour"\?/g)).toHaveLength(2);
    }
  });

  it('have their variables replaced before they are checked', async () => {
    await using stack = budgetBench(library, `${HEAD}[plugins.budget]\nperHour = "\${LIMIT:-many}"\n${STEADY}`);
    const { code, stderr } = await stack.run(['check'], { LIMIT: 'lots' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/services\.toml:3:11: error: .*(lots|string)/);
  });

  it('have their keys in the schema for editors', async () => {
    await using stack = budgetBench(library, `${HEAD}plugins = ["budget"]\n${STEADY}`);
    const { code, stdout } = await stack.run(['schema']);
    expect(code).toBe(0);
    const schema = JSON.parse(stdout) as { properties: { services: { items: { properties: object } } } };
    const { properties } = schema.properties.services.items;
    expect(properties).toMatchObject({ budget: { properties: { perHour: { type: 'number' } } } });
  });

  it('that are refused at a reload leave the old ones in force', async () => {
    await using stack = budgetBench(library, `${HEAD}[plugins.budget]\nperHour = 3\n${STEADY}`);
    await stack.up().line(/All services started/);
    stack.write('services.toml', `${HEAD}[plugins.budget]\nperHour = "many"\n${STEADY}`);
    const { code, stderr } = await stack.run(['reload']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/services\.toml:3:11/);
    expect(await (await clientOf(stack)).call('budget', 'limits')).toMatchObject({ config: { perHour: 3 } });
  });
});
