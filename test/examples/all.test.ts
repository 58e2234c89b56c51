import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { example, REPOSITORY, run } from './support/running.ts';

const folders = readdirSync(example(''), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('examples', () => {
  it.each(folders)('%s has a README and a test that runs it', (name) => {
    expect(existsSync(join(example(name), 'README.md'))).toBe(true);
    expect(existsSync(join(import.meta.dirname, `${name}.test.ts`))).toBe(true);
  });

  it('agree with the types that are published', async () => {
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const { code, text } = await run(['node', tsc, '-p', 'examples'], { cwd: REPOSITORY });

    expect(code, text).toBe(0);
  });
});
