import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '@tappet/plugin-logrotate';
import { workplaces } from './program.ts';

const workplace = workplaces();

describe('the program', () => {
  it('changes nothing with -d, not even the state', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure('$D/logs/a.log {\n  rotate 1\n  compress\n  postrotate\n    touch $D/ran\n  endscript\n}\n');
    const result = run('-d', '-f');
    expect(result.status).toBe(0);
    expect(result.stderr).toContain('log needs rotating');
    expect(readdirSync(at('logs'))).toEqual(['a.log']);
    expect([existsSync(at('ran')), existsSync(at('state'))]).toEqual([false, false]);
  });

  it('writes what -v says into the file of -l, and hands that file to scripts as descriptor 3', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure('$D/logs/a.log {\n  rotate 1\n  create 0755\n  postrotate\n    echo from a script >&3\n  endscript\n}\n');
    const result = run('-f', '-l', at('out'));
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const said = readFileSync(at('out'), 'utf8');
    expect(said).toContain(`reading config file ${at('config')}`);
    expect(said).toMatch(/creating new .*a\.log mode = 0755 uid = \d+ gid = \d+/);
    expect(said).toContain('from a script');
  });

  it('ends an include loop and says so', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure('include $D/config\n$D/logs/a.log {\n  rotate 1\n  ignoreduplicates\n}\n');
    const result = run('-f');
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('include nesting too deep');
    expect(readdirSync(at('logs'))).toEqual(['a.log.1']);
  });

  it('survives a directory that includes itself through a link', () => {
    const { at, configure, run } = workplace();
    symlinkSync(at('logs'), at('logs', 'loop'));
    writeFileSync(at('logs', 'conf'), `include ${at('logs')}\n`);
    configure('include $D/logs\n');
    const result = run();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('include nesting too deep');
  });

  it('handles names that are no UTF-8', () => {
    const { at, configure, run } = workplace();
    const name = Buffer.concat([Buffer.from(at('logs', 'a')), Buffer.from([0xff]), Buffer.from('.log')]);
    writeFileSync(name, 'x');
    configure('$D/logs/*.log {\n  rotate 1\n  daily\n}\n');
    expect(run('-f').status).toBe(0);
    expect(readdirSync(at('logs'), { encoding: 'buffer' })[0]).toEqual(
      Buffer.from([0x61, 0xff, 0x2e, 0x6c, 0x6f, 0x67, 0x2e, 0x31]),
    );
    const state = readFileSync(at('state'));
    expect(state.includes(Buffer.concat([Buffer.from('"'), name, Buffer.from('" 2')]))).toBe(true);
  });

  it('does not hang on named pipes, in the configuration or in its place', () => {
    const { configure, run } = workplace();
    configure('include /dev/null\n');
    expect(run().status).toBe(0);
  });
});

describe('an explanation', () => {
  it('says for each log what happens and when', () => {
    const { at, configure } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    const nowMs = new Date(2026, 2, 11, 14, 30).getTime();
    writeFileSync(at('state'), `logrotate state -- version 2\n"${at('logs', 'a.log')}" 2026-3-11-9:0:0\n`);
    const names = '$D/logs/a.log $D/logs/none.log';
    configure(`${names} {\n  daily\n  rotate 7\n  compress\n  delaycompress\n  missingok\n  create\n  nonsense\n}\n`);
    const { logs, problems } = explain([at('config')], { stateFile: at('state'), nowMs });
    expect(problems).toEqual([`warning: ${at('config')}:8 unknown option 'nonsense' -- ignoring line`]);
    expect(logs.map(({ isDue, nextMs, words }) => ({ isDue, nextMs, words }))).toEqual([
      {
        isDue: false,
        nextMs: new Date(2026, 2, 12).getTime(),
        words: [
          'It is rotated by the first run after 2026-03-12 00:00.',
          'The rule is: every day.',
          `It is renamed to ${at('logs', 'a.log.1')}; a new empty log is made.`,
          '7 old copies are kept. They are compressed (.gz) one rotation later.',
        ],
      },
      {
        isDue: false,
        nextMs: new Date(2026, 2, 12).getTime(),
        words: ['It is left alone: it does not exist, which is fine.'],
      },
    ]);
    expect(readdirSync(at('logs'))).toEqual(['a.log']);
  });

  it('agrees with the next run', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x'.repeat(50));
    writeFileSync(at('logs', 'b.log'), 'x');
    configure('$D/logs/*.log {\n  size 50\n  rotate 2\n}\n');
    const due = explain([at('config')], { stateFile: at('state') }).logs.filter(({ isDue }) => isDue);
    expect(due.map(({ log }) => log)).toEqual([at('logs', 'a.log')]);
    expect(run().status).toBe(0);
    expect(readdirSync(at('logs'))).toEqual(['a.log.1', 'b.log']);
  });
});
