import { randomBytes } from 'node:crypto';
import { ProbeFailure } from '../result.ts';

/** Opcodes of the control frames used here. */
export const PING = 9;
export const PONG = 10;

/** One frame without its mask. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A final, masked frame as a client sends it; the payload has at most 125 bytes. */
export function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | payload.length), mask, masked]);
}

/** The size of the frame at the front, or undefined while it is not complete. Fails at what cannot be a server's frame. */
export function frameSize(received: Buffer): number | undefined {
  const second = received[1];
  if (second === undefined) return undefined;
  if ((received[0] ?? 0) & 0x70 || second & 0x80) throw new ProbeFailure('the server sends what is no websocket frame');
  const head = headSize(second);
  if (received.length < head) return undefined;
  const total = head + payloadSize(received);
  return received.length >= total ? total : undefined;
}

/** Takes a complete frame apart. */
export function decodeFrame(frame: Buffer): Frame {
  return { opcode: (frame[0] ?? 0) & 0xf, payload: frame.subarray(headSize(frame[1] ?? 0)) };
}

function headSize(second: number): number {
  return second === 127 ? 10 : second === 126 ? 4 : 2;
}

function payloadSize(frame: Buffer): number {
  const short = frame[1] ?? 0;
  if (short === 127) return Number(frame.readBigUInt64BE(2));
  return short === 126 ? frame.readUInt16BE(2) : short;
}
