/** An element: its name, what is in it, and attributes. An element whose content is undefined or an empty list is left out. */
export type Element = readonly [
  name: string,
  content: string | number | readonly Element[] | undefined,
  attributes?: Readonly<Record<string, string | number>>,
];

/** An element as text. */
export function renderXml([name, content, attributes = {}]: Element): string {
  if (content === undefined) return '';
  const inner = typeof content === 'object' ? content.map(renderXml).join('') : escapeXml(String(content));
  if (typeof content === 'object' && content.length === 0) return '';
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return `<${name}${words.join('')}>${inner}</${name}>`;
}

/** Text as it may stand in XML 1.0: marked up characters escaped, what XML cannot hold left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, (letter) => ('\t\n\r'.includes(letter) ? letter : ''))
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
