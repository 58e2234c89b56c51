import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../support/tappet.ts';
import { install, STEADY } from './plugin-bench.ts';

const HEAD = 'project = "resolve"\n';
const plain = (name: string, more = ''): string => `export default { name: '${name}', setup() {}, ${more} };`;

interface Listed {
  readonly name: string;
  readonly version: string | null;
  readonly from: string | null;
}

describe('the plugins of a configuration', () => {
  it("are found from the file's own folder: by short name, with a scope, and by path, each with its version", async () => {
    await using stack = bench('');
    const folder = join(stack.folder, 'deep', 'er');
    mkdirSync(folder, { recursive: true });
    const config = join(folder, 'services.toml');
    writeFileSync(config, `${HEAD}plugins = ["slack", "@acme/pager", "./local.mjs", "healthy"]\n${STEADY}`);
    install(folder, 'tappet-plugin-slack', { files: { 'index.js': plain('slack') } });
    install(folder, '@acme/tappet-plugin-pager', { files: { 'index.js': plain('pager') } });
    // One folder up, as npm workspaces have them.
    install(join(stack.folder, 'deep'), '@tappet/plugin-healthy', { files: { 'index.js': plain('healthy') } });
    install(join(stack.folder, 'deep'), 'tappet-plugin-healthy', { files: { 'index.js': plain('other') } });
    writeFileSync(join(folder, 'local.mjs'), plain('local', "version: '7.0.0'"));
    expect(await stack.run(['up', '--detach', '--config', config])).toMatchObject({ code: 0 });
    try {
      const { stdout } = await stack.run(['plugins', '--json', '--config', config]);
      const listed = (JSON.parse(stdout) as Listed[]).filter(({ name }) => name !== 'control');
      expect(listed).toMatchObject([
        { name: 'slack', version: '1.2.3', from: join(folder, 'node_modules/tappet-plugin-slack/index.js') },
        { name: 'pager', version: '1.2.3' },
        { name: 'local', version: '7.0.0', from: join(folder, 'local.mjs') },
        { name: 'healthy', from: join(stack.folder, 'deep/node_modules/@tappet/plugin-healthy/index.js') },
      ]);
    } finally {
      await stack.run(['down', '--config', config]);
    }
  });

  it('that are missing are told all at once, with place and what to install', async () => {
    await using stack = bench(`${HEAD}plugins = ["slack", "healthchek", "pager"]\n${STEADY}`);
    install(stack.folder, 'tappet-plugin-pager', { files: { 'index.js': 'export const pager = 1;' } });
    const { code, stderr, stdout } = await stack.run(['check']);
    const text = stdout + stderr;
    expect(code).toBe(2);
    expect(text).toMatch(/services\.toml:2:12.*"slack".*\n(.*\n)*?.*npm install tappet-plugin-slack/);
    expect(text).toMatch(/services\.toml:2:21.*"healthchek"/);
    expect(text).toContain('"healthcheck"');
    expect(text).toMatch(/services\.toml:2:35.*"pager".*the default export .* is no plugin/);
  });

  it.each([
    [
      'of a service',
      `${HEAD}${STEADY}[services.healthcheck]\nport = 1\n`,
      /:6:11: .*"healthcheck"/,
      '@tappet/plugin-healthcheck',
    ],
    ['of its own', `${HEAD}[plugins.slack]\nchannel = "ops"\n${STEADY}`, /"slack"/, 'tappet-plugin-slack'],
  ])(
    'whose section %s is there have to be installed: the error names the package',
    async (_what, config, told, name) => {
      await using stack = bench(config);
      const { code, stderr } = await stack.run(['up']);
      expect(code).toBe(2);
      expect(stderr).toMatch(told);
      expect(stderr).toContain(`npm install ${name}`);
    },
  );

  it('made for another core are refused before they run, naming plugin, wanted and found version', async () => {
    await using stack = bench(`${HEAD}plugins = ["old", "fine"]\n${STEADY}`);
    const manifest = (range: string) => ({ manifest: { peerDependencies: { '@tappet/core': range } } });
    const runs = `export default { name: 'old', setup() { throw new Error('it ran'); } };`;
    install(stack.folder, 'tappet-plugin-old', { files: { 'index.js': runs }, ...manifest('^99.0.0') });
    install(stack.folder, 'tappet-plugin-fine', { files: { 'index.js': plain('fine') }, ...manifest('>=0.1.0') });
    const { code, stderr } = await stack.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/"old" 1\.2\.3 wants @tappet\/core \^99\.0\.0, found \d+\.\d+\.\d+/);
    expect(stderr).not.toContain('it ran');
    expect(stderr).not.toContain('"fine"');
  });

  it('are set up in the order of requires and after, whatever the order in the file', async () => {
    await using stack = bench(`${HEAD}plugins = ["./c.mjs", "./b.mjs", "./a.mjs"]\n${STEADY}`);
    stack.write('a.mjs', plain('a'));
    stack.write('b.mjs', plain('b', "after: ['a', 'absent']"));
    stack.write('c.mjs', plain('c', "requires: ['b']"));
    await stack.up().line(/All services started/);
    const { stdout } = await stack.run(['plugins', '--json']);
    const names = (JSON.parse(stdout) as Listed[]).map(({ name }) => name).filter((name) => name !== 'control');
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['requires one that is not loaded', "requires: ['budget']", '', /"a".*"budget"/],
    ['stand in a circle', "after: ['b']", "after: ['a']", /a.*b.*a|b.*a.*b/],
  ])('that %s are refused', async (_what, ofA, ofB, message) => {
    await using stack = bench(`${HEAD}plugins = ["./a.mjs", "./b.mjs"]\n${STEADY}`);
    stack.write('a.mjs', plain('a', ofA));
    stack.write('b.mjs', plain('b', ofB));
    const { code, stderr } = await stack.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
