/** An element of a small document without comments and namespaces. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Reads a document, strictly: what is no XML throws. */
export function elementsOf(document: string): XmlElement {
  const source = document.replace(/^<\?xml version="1\.0" encoding="[\w-]+"\?>\s*/, '').trim();
  let at = 0;
  const read = (): XmlElement => {
    const open = /^<([a-z_0-9]+)((?: [a-z]+="[^"<]*")*)(\/?)>/.exec(source.slice(at, at + 500));
    if (open === null) throw new Error(`no element at ${JSON.stringify(source.slice(at, at + 60))}`);
    const [all, name = '', words = '', slash] = open;
    at += all.length;
    const attributes = Object.fromEntries(
      [...words.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, unescape(value)]),
    );
    const children: XmlElement[] = [];
    let text = '';
    if (slash === '/') return { name, attributes, children, text };
    for (;;) {
      if (source.startsWith(`</${name}>`, at)) {
        at += name.length + 3;
        break;
      }
      const raw = /^<!\[CDATA\[(.*?)\]\]>/s.exec(source.slice(at));
      if (raw !== null) {
        text += raw[1] ?? '';
        at += raw[0].length;
      } else if (source[at] === '<') children.push(read());
      else {
        const end = source.indexOf('<', at);
        if (end === -1) throw new Error(`<${name}> is not closed`);
        text += unescape(source.slice(at, end));
        at = end;
      }
    }
    return { name, attributes, children, text };
  };
  const root = read();
  if (at !== source.length)
    throw new Error(`something stands behind the root: ${JSON.stringify(source.slice(at, at + 60))}`);
  return root;
}

function unescape(text: string): string {
  if (/&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)/i.test(text))
    throw new Error(`a bare & in ${JSON.stringify(text)}`);
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(#x?)?([0-9a-z]+);/gi, (_all, mark: string | undefined, word: string) =>
    mark === undefined ? (named[word] ?? '') : String.fromCodePoint(Number.parseInt(word, mark === '#x' ? 16 : 10)),
  );
}
