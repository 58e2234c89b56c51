import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pluginHarness, type PluginHarness } from '@tappet/core/testing';
import logrotate, { type StoredLogs } from '@tappet/plugin-logrotate';
import { describe, expect, it, onTestFinished } from 'vitest';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tappet-logrotate-'));
  chmodSync(path, 0o755);
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function running(text: string, directory: string): Promise<PluginHarness> {
  const config = text.includes('[plugins.logrotate]')
    ? text
    : `[plugins.logrotate]\ndirectory = "${directory}"\n${text}`;
  const harness = await pluginHarness(logrotate, { config });
  await harness.advance(100);
  return harness;
}

const web = (words: string): string =>
  `[[services]]\nname = "web"\ncommand = "/bin/web"\n[services.logrotate]\n${words}`;

function write(harness: PluginHarness, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
  harness.processes.print('web', text, stream);
}

describe('the log file of a service', () => {
  it('is named after the service, holds both outputs, and keeps every byte', async () => {
    const directory = folder();
    await using harness = await running(web(''), directory);
    write(harness, 'out\u001b[31m\n');
    write(harness, 'half', 'stderr');

    expect(readFileSync(join(directory, 'web.log'), 'utf8')).toBe('out\u001b[31m\nhalf');
  });

  it('is asked for as two pipes when stderr has a file of its own', async () => {
    await using harness = await running(web('stderr = "web.err"'), folder());
    expect(harness.processes.requestsOf('web')[0]?.spec.output).toBe('split');
  });

  it('is the log_file of the service when it has one', async () => {
    const directory = folder();
    const path = join(directory, 'own.log');
    await using harness = await running(
      `[[services]]\nname = "web"\ncommand = "/bin/web"\nlog_file = "${path}"`,
      directory,
    );
    write(harness, 'out\n');
    expect(readFileSync(path, 'utf8')).toBe('out\n');
    expect(existsSync(join(directory, 'web.log'))).toBe(false);
  });

  it('is not made when it is switched off', async () => {
    const directory = folder();
    await using harness = await running(web('enabled = false'), directory);
    write(harness, 'out\n');
    expect(existsSync(join(directory, 'web.log'))).toBe(false);
  });

  it('goes on in the same file over a reload, by the new rules', async () => {
    const directory = folder();
    await using harness = await running(web('size = 1000'), directory);
    write(harness, 'one\n');
    await harness.reload(`[plugins.logrotate]\ndirectory = "${directory}"\n${web('size = 8')}`);
    write(harness, 'two\n');
    write(harness, 'three\n');

    expect(readFileSync(join(directory, 'web.log'), 'utf8')).toBe('three\n');
    await expect.poll(() => existsSync(join(directory, 'web.log.1.gz'))).toBe(false);
  });

  it('is told with its old ones by "files", and in the status', async () => {
    const directory = folder();
    await using harness = await running(web('size = 8\ncompress = false'), directory);
    write(harness, 'one\ntwo\nthree\n');
    const signal = new AbortController().signal;
    const { logs } = (await harness.supervisor.call('logrotate', 'files', {}, signal)) as StoredLogs;

    expect(logs).toMatchObject([{ service: 'web', path: join(directory, 'web.log'), current: { bytes: 6 } }]);
    expect(logs[0]?.archives).toMatchObject([{ path: join(directory, 'web.log.1'), bytes: 8, isCompressed: false }]);
    expect(harness.supervisor.serviceStatus('web')?.plugins).toEqual({
      logrotate: { files: [join(directory, 'web.log')] },
    });
  });

  it('is rotated on request', async () => {
    const directory = folder();
    await using harness = await running(web('compress = false'), directory);
    write(harness, 'one\n');
    const signal = new AbortController().signal;
    const answer = await harness.supervisor.call('logrotate', 'rotate', { service: 'web' }, signal);

    expect(answer).toEqual({ rotated: [join(directory, 'web.log')] });
    expect(readFileSync(join(directory, 'web.log.1'), 'utf8')).toBe('one\n');
    await expect(harness.supervisor.call('logrotate', 'rotate', { service: 'db' }, signal)).rejects.toThrow(/"db"/);
  });
});

describe('options that are refused', () => {
  it.each([
    ['rotat = 5', /rotat.*logrotate has no such word/s],
    ['rate = "many"', /rate.*expected lines a period.*"many"/s],
    ['timestamps = 1', /timestamps.*expected true or false, received 1/s],
    ['block = "daily\\nrotate x"', /block, line 2/],
    ['copy = true', /copy.*use copytruncate/s],
    ['mail = "a@b"', /mail.*lastaction/s],
    ['su = "root nogroup-here"', /unknown group/],
  ])('%s', async (words, message) => {
    await expect(running(web(words), folder())).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it.each([
    ['budget = "much"', /budget.*expected a size/s],
    ['interval = "1s"', /interval.*a minute or more/s],
    ['folder = "x"', /cannot use "folder" in \[plugins\.logrotate\]: there is no such key/],
    ['defaults = { rotat = 5 }', /rotat/],
    ['include = 5', /include.*a path or a list/s],
  ])('[plugins.logrotate] %s', async (words, message) => {
    await expect(running(`[plugins.logrotate]\n${words}\n`, folder())).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });
});

describe('a folder that others may change', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'is refused before anything starts, and accepted for the account that owns it',
    async () => {
      const directory = join(folder(), 'open');
      mkdirSync(directory);
      chmodSync(directory, 0o777);
      await expect(running(web(''), directory)).rejects.toMatchObject({
        message: expect.stringMatching(/may be written by others than root/),
      });
      await using harness = await running(web('su = "root root"'), directory);
      write(harness, 'one\n');
      expect(readFileSync(join(directory, 'web.log'), 'utf8')).toBe('one\n');
    },
  );
});
