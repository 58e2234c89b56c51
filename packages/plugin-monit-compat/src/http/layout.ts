import { formatUptime } from '../engine/units.ts';
import type { ServerFacts } from '../report/server-facts.ts';
import { Html, html } from './html.ts';

/** What every page needs. */
export interface PageInput {
  readonly server: ServerFacts;
  /** Proves that a form was made by us. Undefined: the reader may change nothing. */
  readonly token: string | undefined;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1.5rem;color:#1d2329;background:#fff;overflow-wrap:break-word}
h1{font-size:1.4rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:1.8rem 0 .5rem}a{color:#0b5394;text-decoration:none}a:hover{text-decoration:underline}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .7rem .35rem 0;border-bottom:1px solid #e3e7eb;vertical-align:top}
th{font-weight:600;color:#55606b}th:last-child,td:last-child{padding-right:0}.figures th{width:14rem}a,pre,li{overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.short{white-space:nowrap}pre{margin:0;font:inherit;white-space:pre-wrap}ul{padding-left:1.2rem}
.ok{color:#14713d}.bad{color:#b3261e}.off{color:#6b7680}form{display:inline}button{font:inherit;padding:.2rem .8rem;margin:0 .4rem .4rem 0}
header,footer{color:#55606b;font-size:.9rem}footer{margin-top:2rem}
@media (max-width:34rem){body{padding:1rem}.figures th,.figures td{display:block;padding-right:0}.figures th{width:auto;border:0;padding-bottom:0}.figures td{padding-top:0}.minor{display:none}.short{white-space:normal}}
@media (prefers-color-scheme:dark){body{background:#14181c;color:#e4e8ec;color-scheme:dark}th,header,footer{color:#9aa5b0}td,th{border-color:#2b3238}a{color:#7db4ea}.ok{color:#63c48b}.bad{color:#f28b82}.off{color:#9aa5b0}}`;

/** A page with its way back to the list and its footer. */
export function page(title: string, body: Html, { server }: PageInput): string {
  return document(
    title,
    html`${body}
      <footer>
        <a href="/_runtime">Runtime</a> · <a href="/_viewlog">Events</a> · <a href="/_about">About</a> · up
        ${formatUptime(server.uptimeSeconds)}
      </footer>`,
  );
}

/** The link back to the list, and the heading. */
export function heading(title: string): Html {
  return html`<header><a href="/">All services</a></header>
    <h1>${title}</h1>`;
}

/** The whole document. */
export function document(title: string, body: Html): string {
  return `<!DOCTYPE html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text
  }\n`;
}
