import { messagePage } from './pages.ts';

export interface PageReply {
  readonly status: number;
  readonly type: 'text/html' | 'text/plain' | 'text/xml';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply that is fine. */
export function reply(type: PageReply['type'], body: string): PageReply {
  return { status: 200, type, body };
}

/** A page that says why there is no other one. */
export function refuse(status: number, title: string, words: string): PageReply {
  return { status, type: 'text/html', body: messagePage(title, words) };
}

export function noSuchService(name: string): PageReply {
  return refuse(404, 'Not found', `There is no service named "${name}".`);
}
