import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place with its own folder, servers and logs, in which one program carries out the scenarios. */
export interface Arena {
  readonly folder: string;
  /** A program line that writes `label` into the log of `service`. */
  note(service: string, label: string): string;
  /** A server that gives one answer after the other, then the last one for ever; the given ones are written into the log. */
  server(service: string, answers: readonly (number | ServerAnswer)[]): Promise<number>;
  path(name: string): string;
  /**
   * A control file with a poll time of a second and files of its own. Behind everything else a server is asked, the metronome: it counts
   * the cycles, and does what is due in each.
   */
  control(statements: string, steps?: Readonly<Record<number, () => void>>): Promise<string>;
  write(name: string, text: string, mode?: number): string;
  log(service: string): readonly string[];
  read(name: string): string;
  clear(): Promise<void>;
  readonly cycles: number;
  /** True when every server has given its answers. */
  readonly isSpent: boolean;
}

export interface ServerAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function openArena(name: string): Arena {
  const folder = mkdtempSync(join(tmpdir(), `monit-${name}-`));
  mkdirSync(join(folder, 'log'));
  const servers: Server[] = [];
  const open: { left: number }[] = [];
  let cycles = 0;
  const path = (file: string): string => join(folder, file);
  const write = (file: string, text: string, mode = 0o644): string => {
    writeFileSync(path(file), text);
    chmodSync(path(file), mode);
    return path(file);
  };
  write('note', `#!/bin/sh\nservice=$1; shift\necho "$@" >> ${folder}/log/$service\n`, 0o755);
  // The process is reaped by the shell that waits for it, whoever kills it.
  write(
    'proc',
    `#!/bin/sh
${folder}/note $2 $1
case $1 in
start) setsid sh -c 'sleep 1000 & echo $! > ${folder}/'$2'.pid; wait' >/dev/null 2>&1 </dev/null & 
  while [ ! -s ${folder}/$2.pid ]; do sleep 0.02; done;;
stop) kill $(cat ${folder}/$2.pid); rm -f ${folder}/$2.pid;;
esac
`,
    0o755,
  );
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  return {
    folder,
    path,
    write,
    note: (service, label) => `${folder}/note ${service} ${label}`,
    async server(service, answers) {
      const count = { left: answers.length };
      open.push(count);
      return listen(
        createServer((request, response) => {
          const given = answers[Math.min(answers.length - count.left, answers.length - 1)] ?? 200;
          const { status, body = '', headers = {} } = typeof given === 'number' ? { status: given } : given;
          if (count.left > 0) {
            count.left -= 1;
            appendFileSync(join(folder, 'log', service), `${request.url} ${status}\n`);
          }
          response.writeHead(status, { ...headers, connection: 'close' });
          response.end(body);
        }),
      );
    },
    async control(statements, steps = {}) {
      const metronome = await listen(
        createServer((_request, response) => {
          cycles += 1;
          steps[cycles]?.();
          response.writeHead(200, { connection: 'close' });
          response.end();
        }),
      );
      const text = `set daemon 1
set log ${path('monit.log')}
set pidfile ${path('monit.pid')}
set idfile ${path('monit.id')}
set statefile ${path('monit.state')}
${statements}
check host metronome with address 127.0.0.1
 if failed port ${metronome} protocol http then alert
`;
      return write('monitrc', text, 0o600);
    },
    log: (service) =>
      existsSync(path(`log/${service}`))
        ? readFileSync(path(`log/${service}`), 'utf8')
            .trim()
            .split('\n')
        : [],
    read: (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : ''),
    get cycles() {
      return cycles;
    },
    get isSpent() {
      return open.every(({ left }) => left === 0);
    },
    async clear() {
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise((resolve) => server.close(resolve));
          server.closeAllConnections();
          return closed;
        }),
      );
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Ends a process whose number stands in a file, if it is one of ours. */
export function endProcess(pidFile: string): void {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sleep')) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
