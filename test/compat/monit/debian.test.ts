import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkControlFile, convert, explain, findService } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SHIPPED = '/etc/monit/conf-available';

function hasNoFiles(): boolean {
  if (existsSync(SHIPPED)) return false;
  if (process.env['CI'] !== undefined) throw new Error(`${SHIPPED} is needed by this test: install monit`);
  console.warn(`skipped: ${SHIPPED} does not exist`);
  return true;
}

describe.skipIf(hasNoFiles())("Debian's own control files", () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-debian-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const names = existsSync(SHIPPED) ? readdirSync(SHIPPED) : [];

  it('are there for the services that people watch', () => {
    expect(names).toEqual(expect.arrayContaining(['nginx', 'apache2', 'mysql', 'openssh-server', 'cron', 'rsyslog']));
  });

  it.each(names)('%s loads unmodified', (name) => {
    const file = join(folder, name);
    copyFileSync(join(SHIPPED, name), file);
    writeFileSync(file, readFileSync(file), { mode: 0o600 });
    const report = checkControlFile(writePrivate(file));
    expect(report.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.accepted).toBe(true);
    expect(report.configuration.services.length).toBeGreaterThan(0);
    for (const service of report.configuration.services) expect(explain(report.configuration)).toContain(service.name);
    expect(convert(report.configuration)).toContain('[plugins.monit-compat]');
  });

  it('continue a body with an included template', () => {
    const file = join(folder, 'main');
    writeFileSync(file, `include ${SHIPPED}/nginx\n`, { mode: 0o600 });
    const { configuration } = checkControlFile(file);
    expect(findService(configuration, 'nginx_bin')?.rules.map(({ text }) => text)).toEqual([
      'if failed checksum then unmonitor',
      'if failed permission 755 then unmonitor',
      'if failed uid root then unmonitor',
      'if failed gid root then unmonitor',
    ]);
  });

  it('can all be read from one file that includes the folder', () => {
    const file = join(folder, 'all');
    writeFileSync(file, `set daemon 120\ninclude ${SHIPPED}/*\n`, { mode: 0o600 });
    const report = checkControlFile(file);
    expect(report.accepted).toBe(true);
    expect(report.configuration.services.length).toBeGreaterThan(40);
  });
});

function writePrivate(file: string): string {
  const copy = `${file}.rc`;
  writeFileSync(copy, readFileSync(file), { mode: 0o600 });
  return copy;
}
