import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../../../fixtures/probes/attempt.ts';
import { harnessWith, service } from './bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'tappet-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an embedded supervisor with an environment of its own', () => {
  it('gives it to the programs of checks, and they are looked for in its PATH', async () => {
    const said = join(folder, 'said');
    const program = join(folder, 'only-found-here');
    writeFileSync(
      program,
      `#!/bin/sh\nprintf '%s' "$LANG,$OWN,\${HOME-none}" > '${said}.new' && /bin/mv '${said}.new' '${said}'\n`,
    );
    chmodSync(program, 0o755);
    const check = { exec: 'only-found-here', interval: 1 };
    const environment = { PATH: folder, LANG: 'of the supervisor' };
    await using harness = await harnessWith(
      { services: [service('web', { healthcheck: check, env: { OWN: 'of the service' } })] },
      { environment },
    );
    await until(() => read(said) !== undefined, 'the program has run');
    expect(read(said)).toBe('of the supervisor,of the service,none');
    await until(async () => {
      await harness.advance(1);
      return harness.state('web') === 'RUNNING';
    }, 'the service is ready');
  });
});

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
