import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith } from './folder.ts';

const CONFIG = join(import.meta.dirname, '../../../../packages/cli/src/config');

/** Runs a module in a Node of its own, where imports are Node's and not the test runner's. Returns what it prints as JSON. */
function inNode(code: string): unknown {
  const module = `import { fileSource, findSource } from ${JSON.stringify(join(CONFIG, 'read.ts'))};
    import { projectOf } from ${JSON.stringify(join(CONFIG, 'project.ts'))};
    ${code}`;
  const args = ['--conditions=@tappet/source', '--no-warnings', '--input-type=module', '-e', module];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 }));
}

/** Collects what is loaded from here on. */
const WATCH = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
`;

describe('a configuration in TypeScript', () => {
  test('is run by Node as it is', () => {
    const folder = folderWith({
      'tappet.config.ts':
        'const port: number = 80;\nexport default { services: [{ name: "web", command: "node", args: [String(port)] }] };',
    });
    const raw = inNode(
      `console.log(JSON.stringify((await (await findSource(${JSON.stringify(folder)})).load()).raw));`,
    );
    expect(raw).toEqual({ services: [{ name: 'web', command: 'node', args: ['80'] }] });
  });

  test('with a syntax error is told as one', () => {
    const folder = folderWith({ 'a.mjs': 'export default {\n' });
    const file = JSON.stringify(join(folder, 'a.mjs'));
    expect(
      inNode(`await fileSource(${file}).load().catch((error) => console.log(JSON.stringify(error.issues)));`),
    ).toEqual([
      {
        code: 'ERR_CONFIG_SYNTAX',
        message: `cannot read ${folder}/a.mjs: Unexpected end of input`,
        path: [],
        file: join(folder, 'a.mjs'),
      },
    ]);
  });
});

describe('what is not needed is not loaded', () => {
  const folder = (): string =>
    JSON.stringify(folderWith({ 'services.toml': '[[services]]\nname = "a"\ncommand = "x"\n' }));

  test('to find a configuration and its project: no parser, no search', () => {
    const loaded = inNode(`${WATCH}
      const source = await findSource(${folder()});
      await projectOf(source.file);
      console.log(JSON.stringify(loaded));`);
    const packages = (loaded as string[]).filter((url) =>
      /node_modules\/(cosmiconfig|smol-toml|toml-eslint-parser)\//.test(url),
    );
    expect(packages).toEqual([]);
  });

  test('to read a file without issues: no second parser, which comes with the first issue', () => {
    const loaded = inNode(`${WATCH}
      const isLoaded = () => loaded.some((url) => url.includes('/toml-eslint-parser/'));
      const config = await (await findSource(${folder()})).load();
      const before = isLoaded();
      const [issue] = config.locate([{ code: 'ERR_CONFIG_TYPE', message: 'm', path: ['services', 0, 'name'] }]);
      console.log(JSON.stringify([before, isLoaded(), issue.line]));`);
    expect(loaded).toEqual([false, true, 2]);
  });
});
