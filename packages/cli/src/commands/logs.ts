import { isUtf8 } from 'node:buffer';
import type { LogBytes } from '@tappet/plugin-control/client';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/color.ts';
import { Lines, prefixed } from '../output/line-prefix.ts';
import { forTerminal } from '@tappet/core/runtime';
import { countOption } from './count-option.ts';
import { asksForFiles, readLogFiles } from './log-files.ts';

/** `tappet logs [NAME...]`: exactly the bytes of one service; of several, whole lines with the name before them. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, options, io } = invocation;
  if (asksForFiles(options)) return readLogFiles(invocation);
  const lines = countOption(textOption(options, 'lines'), 'lines');
  const client = await connectToDaemon(options, io);
  const request = { names: args, follow: options['follow'] === true, ...(lines === undefined ? {} : { lines }) };
  const entries = client.logs(request);
  if (options['json'] === true) return printJson(entries, io);
  const services = (await client.status()).services.map((service) => service.name);
  const chosen = args.length === 0 ? services : services.filter((name) => args.some((arg) => isMeant(name, arg)));
  if (chosen.length === 1) return printBytes(entries, io);
  return printPrefixed(entries, { io, names: chosen });
}

function isMeant(service: string, argument: string): boolean {
  return service === argument || service.startsWith(`${argument}@`);
}

async function printBytes(entries: AsyncIterable<LogBytes>, io: Io): Promise<number> {
  const lines = new Lines();
  for await (const entry of entries) {
    if ('droppedBytes' in entry) tellDropped(entry.droppedBytes, io);
    else if (io.isTerminal) io.out(forTerminal(lines.add('', entry.bytes).toString('utf8')));
    else io.out(entry.bytes);
  }
  for (const [, rest] of lines.rest()) io.out(forTerminal(rest.toString('utf8')));
  return EXIT.fine;
}

async function printPrefixed(
  entries: AsyncIterable<LogBytes>,
  { io, names }: { io: Io; names: readonly string[] },
): Promise<number> {
  const width = Math.max(0, ...names.map((name) => name.length));
  const colors = paint(io.hasColors);
  const lines = new Lines();
  function print(service: string, bytes: Buffer): void {
    const clean = io.isTerminal ? Buffer.from(forTerminal(bytes.toString('utf8'))) : bytes;
    io.out(prefixed(clean, `${colors.nth(names.indexOf(service), `${service.padEnd(width)} |`)} `));
  }
  for await (const entry of entries) {
    if ('droppedBytes' in entry) tellDropped(entry.droppedBytes, io);
    else print(entry.service, lines.add(entry.service, entry.bytes));
  }
  for (const [service, rest] of lines.rest()) print(service, rest);
  return EXIT.fine;
}

async function printJson(entries: AsyncIterable<LogBytes>, io: Io): Promise<number> {
  for await (const entry of entries) {
    if ('droppedBytes' in entry) io.out(`${JSON.stringify(entry)}\n`);
    else {
      const { service, stream, bytes } = entry;
      const content = isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
      io.out(`${JSON.stringify({ service, stream, ...content })}\n`);
    }
  }
  return EXIT.fine;
}

function tellDropped(bytes: number, io: Io): void {
  io.err(`[${bytes} bytes dropped: reading was too slow]\n`);
}
