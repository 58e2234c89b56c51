import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../harness/contender.ts';
import { missingPrograms } from './installed.ts';

export const supervisord: Contender = {
  name: 'supervisord',
  note: 'looks once a second',
  missing: () => missingPrograms('supervisord', 'supervisorctl'),
  prepare({ services, folder }) {
    const config = join(folder, 'supervisord.conf');
    const socket = join(folder, 'supervisor.sock');
    const head = [
      '[supervisord]',
      'nodaemon=true',
      'logfile=/dev/null',
      'logfile_maxbytes=0',
      `pidfile=${join(folder, 'supervisord.pid')}`,
      `childlogdir=${folder}`,
      'minfds=4096',
      '[unix_http_server]',
      `file=${socket}`,
      '[rpcinterface:supervisor]',
      'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
      '[supervisorctl]',
      `serverurl=unix://${socket}`,
    ];
    const programs = services.flatMap(({ name, command, log }) => [
      `[program:${name}]`,
      `command=${command.join(' ')}`,
      'autorestart=true',
      'startsecs=0',
      'redirect_stderr=true',
      `stdout_logfile=${log ?? 'NONE'}`,
      'stdout_logfile_maxbytes=0',
    ]);
    writeFileSync(config, `${[...head, ...programs].join('\n')}\n`);
    return {
      launch: { program: 'supervisord', args: ['-n', '-c', config] },
      stop: 'SIGTERM',
      status: { program: 'supervisorctl', args: ['-c', config, 'status'] },
    };
  },
};
