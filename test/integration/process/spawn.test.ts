import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookUpUser } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hasCgroups,
  inheritedDescriptors,
  isLiving,
  openRig,
  type Rig,
  type Start,
  until,
  untilOutput,
} from './rig.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('not root: the tests that change users are skipped');
const cgroupsWork = await hasCgroups();
if (!cgroupsWork) console.warn('no writable cgroup v2: the tests of services that are born in one are skipped');

interface Self {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly umask: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly isLeader: boolean;
  readonly noNewPrivileges: string;
  readonly capabilities: string;
}

let rig: Rig;

// A program is forked inside its cgroup where that can be; otherwise a wrapper becomes the program.
const ways = [
  { way: 'born in its cgroup', cgroups: true },
  { way: 'through the wrapper', cgroups: false },
].filter(({ cgroups }) => !cgroups || cgroupsWork || process.env['CI'] !== undefined);

async function selfPortrait(options: Start = {}, from: Rig = rig): Promise<Self> {
  const running = await from.start('tells-about-itself.mjs', [], options);
  await running.exited;
  await from.layer.channel('s').drain(5000);
  return JSON.parse(from.output()) as Self;
}

describe.each(ways)('a service that starts $way', ({ cgroups }) => {
  beforeEach(async () => {
    rig = await openRig({ cgroups });
  });

  afterEach(() => rig.close());

  describe('what a service is started with', () => {
    it('is its own environment and a marker, and nothing of the supervisor', async () => {
      process.env['TAPPET_TEST_SECRET'] = 'secret';
      const { env } = await selfPortrait({ spec: { env: { PATH: '/usr/bin', GREETING: 'hello there' } } });
      delete process.env['TAPPET_TEST_SECRET'];
      const { TAPPET_SERVICE_ID: marker, ...rest } = env;
      expect(rest).toEqual({ PATH: '/usr/bin', GREETING: 'hello there' });
      expect(marker).toMatch(/^test-\d+-\d+\/s\/g1$/);
    });

    it('includes variables that a shell would lose', async () => {
      const odd = { 'spring.profiles.active': 'prod', IFS: 'x', PWD: '/elsewhere', OPTIND: '7', 'a b': ' ', _: 'mine' };
      const { env } = await selfPortrait({ spec: { env: { PATH: '/usr/bin', ...odd } } });
      expect(env).toMatchObject(odd);
    });

    it('is exactly its arguments, whatever characters they hold', async () => {
      const args = ['', ' ', '$HOME', '`id`', '*', '"', "'", '\\', 'a\nb', '-n', '--', 'ä'];
      const running = await rig.start('/usr/bin/printf', ['%s|', ...args]);
      await running.exited;
      await rig.layer.channel('s').drain(5000);
      expect(Buffer.from(rig.layer.channel('s').tail()).toString()).toBe(args.map((text) => `${text}|`).join(''));
    });

    it('is default signals, its own session, the umask and the folder asked for', async () => {
      const self = await selfPortrait({ spec: { umask: 0o027, cwd: '/usr' } });
      expect(self).toMatchObject({
        stdin: '/dev/null',
        isLeader: true,
        umask: 0o027,
        cwd: '/usr',
      });
      const running = await rig.start('/bin/grep', ['-E', 'Sig(Blk|Ign)', '/proc/self/status'], { service: 'signals' });
      await running.exited;
      await untilOutput(rig, 'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n', 'signals');
    });

    it('is descriptors 0 to 2 and no other', async () => {
      const running = await rig.start('/bin/sh', ['-c', 'ls /proc/$$/fd; true']);
      await running.exited;
      await rig.layer.channel('s').drain(5000);
      expect(rig.output().trim().split('\n').toSorted()).toEqual(['0', '1', '2', ...inheritedDescriptors()].toSorted());
    });

    it('lets it open /dev/stdout', async () => {
      const running = await rig.start('/bin/sh', ['-c', 'echo through the device >/dev/stdout']);
      expect(await running.exited).toMatchObject({ code: 0 });
      await untilOutput(rig, 'through the device');
    });

    it('keeps stdout and stderr in order in one pipe, and apart in two', async () => {
      const script = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done';
      const merged = await rig.start('/bin/sh', ['-c', script]);
      await merged.exited;
      await rig.layer.channel('s').drain(5000);
      expect(rig.output()).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');

      const streams = { output: '', stdout: '', stderr: '' };
      await rig.layer.prepare([{ name: 'split', output: 'split', user: undefined }]);
      rig.layer.channel('split').subscribe((chunk, stream) => {
        streams[stream] += Buffer.from(chunk).toString();
      });
      const split = await rig.start('/bin/sh', ['-c', script], { service: 'split', spec: { output: 'split' } });
      await split.exited;
      await rig.layer.channel('split').drain(5000);
      expect(streams).toEqual({ output: '', stdout: 'out 1\nout 2\nout 3\n', stderr: 'err 1\nerr 2\nerr 3\n' });
    });
  });

  describe.skipIf(!isRoot && process.env['CI'] === undefined)('a service with a user', () => {
    const user = lookUpUser('www-data') === undefined ? 'nobody' : 'www-data';
    const account = lookUpUser(user);

    it('has its ids, groups, home, and no way to more privileges', async () => {
      const self = await selfPortrait({ spec: { user } });
      expect(self).toMatchObject({
        uid: account?.uid,
        gid: account?.gid,
        groups: [account?.gid],
        noNewPrivileges: '1',
        capabilities: '0000000000000000',
        env: { HOME: account?.home, USER: user, LOGNAME: user, SHELL: account?.shell },
      });
    });

    it('keeps variables that were set for it', async () => {
      const self = await selfPortrait({ spec: { user, env: { PATH: '/usr/bin', HOME: '/tmp' } } });
      expect(self.env).toMatchObject({ HOME: '/tmp', USER: user });
    });

    it('may have another group', async () => {
      const self = await selfPortrait({ spec: { user, group: 'daemon' } });
      expect(self).toMatchObject({ uid: account?.uid, gid: 1 });
    });

    it('can open /dev/stdout, whose pipe is its own', async () => {
      const running = await rig.start('/bin/sh', ['-c', 'echo mine >/dev/stdout'], { spec: { user } });
      expect(await running.exited).toMatchObject({ code: 0 });
      await untilOutput(rig, 'mine');
    });

    it('never keeps the group of root where setpriv is missing', async () => {
      const poor = await openRig({ setpriv: false, cgroups });
      const self = await selfPortrait({ spec: { user } }, poor);
      expect(self).toMatchObject({ uid: account?.uid, gid: account?.gid });
      expect(self.groups).not.toContain(0);
      await poor.close();
    });

    it('is swept without setpriv too', async () => {
      const poor = await openRig({ setpriv: false, cgroups });
      const running = await poor.start('/bin/sh', ['-c', 'setsid sleep 1000 & echo up; wait'], { spec: { user } });
      await untilOutput(poor, 'up');
      running.signal('SIGKILL', 'process');
      await running.exited;
      expect(await running.sweep(5000)).toBe(1);
      await poor.close();
    });
  });

  describe('a start that cannot work', () => {
    it.each<{ why: string; options: Start; program?: string; message: RegExp; code: string }>([
      {
        why: 'no such command',
        program: '/nowhere/server',
        options: {},
        message: /^cannot start s: \/nowhere\/server does not exist$/,
        code: 'ERR_SPAWN_COMMAND',
      },
      {
        why: 'no such command in PATH',
        options: { spec: { command: 'no-such-program', env: { PATH: '/usr/bin:/opt' } } },
        message: /no program "no-such-program" in PATH \(\/usr\/bin:\/opt\)/,
        code: 'ERR_SPAWN_COMMAND',
      },
      {
        why: 'a folder',
        program: '/usr/bin',
        options: {},
        message: /\/usr\/bin is a directory/,
        code: 'ERR_SPAWN_COMMAND',
      },
      {
        why: 'not executable',
        program: '/etc/passwd',
        options: {},
        message: /\/etc\/passwd is not executable/,
        code: 'ERR_SPAWN_COMMAND',
      },
      {
        why: 'no such folder',
        program: '/bin/true',
        options: { spec: { cwd: '/nowhere' } },
        message: /its working directory \/nowhere does not exist/,
        code: 'ERR_SPAWN_FAILED',
      },
      {
        why: 'an unknown user',
        program: '/bin/true',
        options: { spec: { user: 'no-such-user' } },
        message: /there is no user "no-such-user"/,
        code: 'ERR_CONFIG_UNKNOWN_USER',
      },
      {
        why: 'a user that looks like a number',
        program: '/bin/true',
        options: { spec: { user: '0' } },
        message: /there is no user "0"/,
        code: 'ERR_CONFIG_UNKNOWN_USER',
      },
      {
        why: 'an unknown group',
        program: '/bin/true',
        options: { spec: { group: '0x0' } },
        message: /there is no group "0x0"/,
        code: 'ERR_CONFIG_UNKNOWN_USER',
      },
      {
        why: 'a notify descriptor of the standard ones',
        program: '/bin/true',
        options: { notifyFd: 1 },
        message: /notify_fd must be from 3 to 255, received 1/,
        code: 'ERR_SPAWN_FAILED',
      },
    ])('says so: $why', async ({ options, program = 'unused', message, code }) => {
      const start = rig.start(program.startsWith('/') ? program : '/bin/true', [], options);
      await expect(start).rejects.toThrow(message);
      await expect(start).rejects.toMatchObject({ code });
    });

    it('says so: a script whose interpreter is missing', async () => {
      const program = join(rig.directory, 'odd');
      writeFileSync(program, '#!/no/such/interpreter\n');
      chmodSync(program, 0o755);
      const start = rig.start(program);
      if (cgroups)
        await expect(start).rejects.toThrow(/odd asks for the interpreter \/no\/such\/interpreter in its first/);
      else expect((await (await start).exited).code).toBeGreaterThanOrEqual(126);
    });

    it('runs a script without a first line as a shell does', async () => {
      const program = join(rig.directory, 'bare');
      writeFileSync(program, 'echo "script $1"\n');
      chmodSync(program, 0o755);
      const running = await rig.start(program, ['one']);
      expect(await running.exited).toMatchObject({ code: 0 });
      await untilOutput(rig, 'script one');
    });

    it('refuses names that could leave the directory', async () => {
      await expect(rig.start('/bin/true', [], { service: '../evil' })).rejects.toThrow(TypeError);
      await expect(rig.start('/bin/true', [], { generation: 'a/b' })).rejects.toThrow(TypeError);
    });
  });

  describe('a notify descriptor', () => {
    it('tells the first line and every line', async () => {
      const lines: string[] = [];
      const running = await rig.start('ready-late.sh', [], { notifyFd: 3 });
      running.onNotifyLine = (line) => lines.push(line);
      await running.notified;
      expect(lines).toEqual(['ready to serve']);
      await until('the second line', () => lines.length === 2);
      expect(lines[1]).toBe('second line');
    });

    it('works for a high number and leaves the numbers between closed', async () => {
      const running = await rig.start('/bin/sh', ['-c', 'echo up >&9; ls /proc/$$/fd; echo .; exec sleep 1000'], {
        notifyFd: 9,
      });
      await running.notified;
      await untilOutput(rig, '.\n');
      const expected = ['0', '1', '2', '9', ...inheritedDescriptors()];
      expect(rig.output().replace('.', '').trim().split('\n').toSorted()).toEqual(expected.toSorted());
    });
  });

  describe('a durable service', () => {
    it('is followed itself, not the shell that waits for it', async () => {
      const running = await rig.start('/bin/sleep', ['1000'], { durable: true });
      expect(readFileSync(`/proc/${running.identity.pid}/comm`, 'utf8')).toBe('sleep\n');
      running.signal('SIGTERM', 'group');
      expect(await running.exited).toMatchObject({ code: 143 });
      expect(await running.sweep(5000)).toBe(0);
    });

    it('hands its exit code on', async () => {
      const running = await rig.start('crashes-fast.sh', [], { durable: true });
      expect(await running.exited).toMatchObject({ code: 1, signal: undefined });
    });
  });

  describe('many starts', () => {
    it('go in batches, so that the loop turns in between', async () => {
      let turns = 0;
      const count = (): void => {
        turns++;
        counter = setImmediate(count);
      };
      let counter = setImmediate(count);
      const names = Array.from({ length: 40 }, (_, index) => `many${index}`);
      await rig.layer.prepare(names.map((name) => ({ name, output: 'merged' as const, user: undefined })));
      turns = 0;
      const running = await Promise.all(names.map((service) => rig.start('/bin/sleep', ['1000'], { service })));
      clearImmediate(counter);
      expect(turns).toBeGreaterThanOrEqual(4);
      for (const one of running) one.signal('SIGKILL', 'group');
      await Promise.all(running.map(({ exited }) => exited));
    });
  });

  it('leaves what runs alone when it is closed', async () => {
    const projectId = `test-${process.pid}-closed`;
    const other = await openRig({ projectId, keep: true });
    const running = await other.start('/bin/sleep', ['1000']);
    await other.layer.close();
    expect(isLiving(running.identity.pid)).toBe(true);
    const successor = await openRig({ projectId, directory: other.directory });
    expect(await successor.layer.sweepService('s', 5000)).toBe(1);
    expect(isLiving(running.identity.pid)).toBe(false);
    await successor.close();
  });
});

describe.skipIf(!cgroupsWork && process.env['CI'] === undefined)('a service that is born in its cgroup', () => {
  beforeEach(async () => {
    rig = await openRig();
  });

  afterEach(() => rig.close());

  const threadsElsewhere = (): string[] => {
    const own = readFileSync('/proc/self/cgroup', 'latin1');
    return readdirSync('/proc/self/task').filter(
      (id) => readFileSync(`/proc/self/task/${id}/cgroup`, 'latin1') !== own,
    );
  };

  it('is there from its first instruction, and the supervisor is not any more', async () => {
    const running = await rig.start('/bin/cat', ['/proc/self/cgroup']);
    await running.exited;
    await untilOutput(rig, '/s\n');
    expect(rig.output()).toMatch(/^0::.*\/tappet-test-\d+-\d+\/s$/m);
    expect(threadsElsewhere()).toEqual([]);
  });

  it('starts although somebody froze the cgroup', async () => {
    const first = await rig.start('/bin/cat', ['/proc/self/cgroup']);
    await first.exited;
    await untilOutput(rig, '/s\n');
    const path = /^0::(.*)$/m.exec(rig.output())?.[1] ?? '';
    const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/self/mounts', 'latin1'))?.[1] ?? '';
    writeFileSync(join(mount, path, 'cgroup.freeze'), '1');
    const second = await rig.start('/bin/echo', ['thawed']);
    expect(await second.exited).toMatchObject({ code: 0 });
    await untilOutput(rig, 'thawed');
    // Another umask takes the wrapper.
    writeFileSync(join(mount, path, 'cgroup.freeze'), '1');
    const third = await rig.start('/bin/echo', ['again'], { spec: { umask: 0o077 } });
    expect(await third.exited).toMatchObject({ code: 0 });
    await untilOutput(rig, 'again');
  });

  it('leaves nothing of the supervisor behind when the program cannot be executed', async () => {
    const program = join(rig.directory, 'odd');
    writeFileSync(program, '#!/no/such/interpreter\n');
    chmodSync(program, 0o755);
    await expect(rig.start(program)).rejects.toThrow('/no/such/interpreter');
    expect(threadsElsewhere()).toEqual([]);
    expect(await (await rig.start('/bin/true')).exited).toMatchObject({ code: 0 });
  });
});
