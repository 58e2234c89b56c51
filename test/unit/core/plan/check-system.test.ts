import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSystem, type SystemLookups } from '../../../../packages/core/src/plan/check-system.ts';
import { pathKind, resolveCommand } from '@tappet/core';
import { buildWith, issueLines } from './build-with.ts';

const FILES: Record<string, 'file' | 'directory' | 'other'> = {
  '/srv/app': 'directory',
  '/srv/app/pre.sh': 'file',
  '/dev/null': 'other',
};
const LOOKUPS: SystemLookups = {
  lookUpUser: (name) => name === 'www-data',
  lookUpGroup: async (name) => name === 'adm',
  resolveCommand: (command, { path, cwd }) =>
    command === 'node' && path === '/usr/bin:/bin' && cwd === '/srv/app' ? '/usr/bin/node' : undefined,
  kindOf: (path) => FILES[path],
};

async function check(...tables: Record<string, unknown>[]): Promise<string[]> {
  const { plan, issues } = buildWith({ services: tables.map((keys) => ({ name: 'web', command: 'node', ...keys })) });
  if (plan === undefined) throw new Error(`the input of this test is wrong: ${issues[0]?.message}`);
  return issueLines({ issues: await checkSystem(plan, { lookups: LOOKUPS, environment: { PATH: '/usr/bin:/bin' } }) });
}

describe('what this machine lacks is told', () => {
  test.each<{ summary: string; keys: Record<string, unknown>; issues: string[] }>([
    {
      summary: 'nothing',
      keys: { user: 'www-data', group: 'adm', pre_script: './pre.sh', pos_script: 'echo', log_file: 'log/x' },
      issues: [],
    },
    {
      summary: 'a user',
      keys: { user: 'nobodyhere' },
      issues: [
        'ERR_CONFIG_UNKNOWN_USER services.web.user: cannot run service "web" as user "nobodyhere": there is no such user | create the user, or use one that "getent passwd" lists',
      ],
    },
    {
      summary: 'a group',
      keys: { group: 'staff' },
      issues: [
        'ERR_CONFIG_UNKNOWN_USER services.web.group: cannot run service "web" as group "staff": there is no such group | create the group, or use one that "getent group" lists',
      ],
    },
    {
      summary: 'a command in PATH',
      keys: { command: 'nodde' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "nodde" of service "web": it is not in PATH (/usr/bin:/bin) | install it, write its full path, or extend PATH with env = { PATH = "…" }',
      ],
    },
    {
      summary: 'a command in the PATH of the service',
      keys: { env: { PATH: '/opt' } },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "node" of service "web": it is not in PATH (/opt) | install it, write its full path, or extend PATH with env = { PATH = "…" }',
      ],
    },
    {
      summary: 'a command without PATH',
      keys: { inherit_env: false },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "node" of service "web": it is not in PATH (PATH is not set) | install it, write its full path, or extend PATH with env = { PATH = "…" }',
      ],
    },
    {
      summary: 'a program file',
      keys: { command: '/opt/x' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "/opt/x" of service "web": there is no executable file /opt/x | check the path and that the file is executable',
      ],
    },
    {
      summary: 'a program file whose path has blanks',
      keys: { command: '/opt/My App/run' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "/opt/My" of service "web": there is no executable file /opt/My | check the path (quote it when it contains blanks) and that the file is executable',
      ],
    },
    {
      summary: 'a program that is a whole line',
      keys: { command: 'npm run', args: ['x'] },
      issues: [
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "npm run" of service "web": it is not in PATH (/usr/bin:/bin) | with args the command is one program and is not split: move its other words into args',
      ],
    },
    {
      summary: 'a working directory',
      keys: { cwd: '/none', command: '/x' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.cwd: cannot run service "web" in /none: there is no such folder | create it, or change cwd',
        'ERR_CONFIG_COMMAND services.web.command: cannot run the command "/x" of service "web": there is no executable file /x | check the path and that the file is executable',
      ],
    },
    {
      summary: 'a script',
      keys: { pre_script: './none.sh' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.pre_script: cannot use the pre_script of service "web": there is no file /srv/app/none.sh | create it, or write the script itself as text of several lines',
      ],
    },
    {
      summary: 'a script that is a folder',
      keys: { pos_script: '/srv/app' },
      issues: [
        'ERR_CONFIG_COMMAND services.web.pos_script: cannot use the pos_script of service "web": /srv/app is no file | create it, or write the script itself as text of several lines',
      ],
    },
    {
      summary: 'a log folder that is a file',
      keys: { log_file: 'pre.sh/x.log' },
      issues: [
        'warning ERR_CONFIG_TYPE services.web.log_file: service "web" cannot log to /srv/app/pre.sh/x.log: /srv/app/pre.sh is no folder | change log_file',
      ],
    },
    {
      summary: 'a log file that is a folder',
      keys: { log_file: '/srv/app' },
      issues: [
        'warning ERR_CONFIG_TYPE services.web.log_file: service "web" cannot log to /srv/app: it is a folder | change log_file',
      ],
    },
    {
      summary: 'of a disabled service nothing',
      keys: { enabled: false, command: '/x', user: 'nobodyhere' },
      issues: [],
    },
    {
      summary: 'of copies once',
      keys: { instances: 3, user: 'nobodyhere' },
      issues: [
        'ERR_CONFIG_UNKNOWN_USER services.web.user: cannot run service "web" as user "nobodyhere": there is no such user | create the user, or use one that "getent passwd" lists',
      ],
    },
  ])('$summary', async ({ keys, issues }) => {
    expect(await check(keys)).toEqual(issues);
  });

  test('for every service at once', async () => {
    const issues = await check({ name: 'a', command: '/x' }, { name: 'b', user: 'y' });
    expect(issues.map((line) => line.split(':')[0])).toEqual([
      'ERR_CONFIG_COMMAND services.a.command',
      'ERR_CONFIG_UNKNOWN_USER services.b.user',
    ]);
  });
});

describe('a command is found', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tappet-command-'));
    for (const name of ['one', 'two']) mkdirSync(join(folder, name));
    for (const [file, mode] of [
      ['one/plain', 0o644],
      ['two/plain', 0o755],
      ['two/tool', 0o755],
      ['own', 0o755],
    ] as const) {
      writeFileSync(join(folder, file), '#!/bin/sh\n');
      chmodSync(join(folder, file), mode);
    }
    mkdirSync(join(folder, 'one/tool'));
    symlinkSync(join(folder, 'two/tool'), join(folder, 'one/link'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'one/broken'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const find = (command: string, path: string | undefined = `${folder}/one:${folder}/two`): string | undefined =>
    resolveCommand({ command, path, cwd: folder })?.replace(folder, '');

  test.each<[string, string | undefined]>([
    ['tool', '/two/tool'],
    ['plain', '/two/plain'],
    ['link', '/one/link'],
    ['broken', undefined],
    ['none', undefined],
    ['own', undefined],
    ['./own', '/own'],
    ['two/tool', '/two/tool'],
    ['one/plain', undefined],
    ['one', undefined],
  ])('%s at %s', (command, expected) => {
    expect(find(command)).toBe(expected);
  });

  test('in the folder itself where PATH has an empty entry, and in the standard places without PATH', () => {
    expect(find('own', ':/none')).toBe('/own');
    expect(resolveCommand({ command: 'sh', path: undefined, cwd: folder })).toMatch(/\/bin\/sh$/);
    expect(resolveCommand({ command: '/bin/sh', path: '', cwd: '/' })).toBe('/bin/sh');
  });

  test('paths have kinds', () => {
    expect([folder, `${folder}/own`, `${folder}/one/broken`, `${folder}/own/x`, '/dev/null'].map(pathKind)).toEqual([
      'directory',
      'file',
      undefined,
      undefined,
      'other',
    ]);
  });
});
