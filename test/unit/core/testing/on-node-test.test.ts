import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Run {
  readonly code: number;
  readonly output: string;
}

function runWithNodeTest(environment: Readonly<Record<string, string>>): Promise<Run> {
  const file = join(import.meta.dirname, 'on-node-test.fixture.ts');
  const args = ['--conditions=@tappet/source', '--test', '--test-reporter=tap', file];
  return new Promise((resolve) => {
    // What vitest puts into the environment would make node:test report to it.
    const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
    execFile(process.execPath, args, { env: { ...inherited, ...environment } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('the conformance suite on node:test', () => {
  it('passes a plugin that conforms', async () => {
    const { code, output } = await runWithNodeTest({});
    expect(output).toMatch(/ok \d+ - goes and comes back without touching a service/);
    expect(output).toContain('# pass 7');
    expect(code).toBe(0);
  });

  it('fails a plugin that does not, and names the tap', async () => {
    const { code, output } = await runWithNodeTest({ HANGS: '1' });
    expect(output).toContain('cannot wait for tap "tested:tap" on onExit');
    expect(code).toBe(1);
  });
});
