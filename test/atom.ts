import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** A feed or an entry of it. Texts are as a reader shows them. */
export interface ReadEntry {
  id: string;
  title: string;
  updated: string;
  content: string;
  author: string | undefined;
  category: string | undefined;
  /** Addresses by their relation. */
  links: Record<string, string>;
}

const LISTS = ['entry', 'link', 'author', 'category'];
/** RFC 3339, as RFC 4287 §3.3 wants it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** RFC 4151 §2.1, without e-mail addresses and empty names. */
const TAG = /^tag:[a-z\d]([a-z\d.-]*[a-z\d])?,\d{4}-\d\d-\d\d:[\w.~!$&'()*+,;=:@/?%-]+$/;

// biome-ignore lint/suspicious/noExplicitAny: what a parser of any document gives
type Parsed = any;

/** Reads an Atom document. Throws if it is no well-formed XML, or breaks a rule of RFC 4287. */
export function readAtom(text: string): ReadEntry & { entries: ReadEntry[] } {
  const problem = XMLValidator.validate(text);
  if (problem !== true) throw new Error(`no XML: ${JSON.stringify(problem.err)}`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    // The parser's only way to read references by number, which every XML document may have.
    htmlEntities: true,
    isArray: (name) => LISTS.includes(name),
  });
  const { feed } = parser.parse(text);
  if (feed['@_xmlns'] !== 'http://www.w3.org/2005/Atom') throw new Error('no Atom feed');
  const entries: ReadEntry[] = (feed.entry ?? []).map(toEntry);
  const own = toEntry(feed);
  const ids = [own, ...entries].map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new Error('two have the same id');
  if (own.author === undefined) throw new Error('without an author');
  const newest = entries.map(({ updated }) => updated).toSorted();
  if (entries.length > 0 && own.updated !== newest.at(-1)) throw new Error('not as new as its entries');
  return { ...own, entries };
}

function toEntry(given: Parsed): ReadEntry {
  const { id, title, updated, content, author, category, link = [] } = given;
  if (!TAG.test(id) || typeof title !== 'string' || !INSTANT.test(updated))
    throw new Error(`not by the RFC: ${JSON.stringify({ id, title, updated })}`);
  const links: [string, string][] = link.map((one: Parsed) => [one['@_rel'], new URL(one['@_href']).href]);
  if (new Set(links.map(([rel]) => rel)).size < links.length) throw new Error('two links of one kind');
  if (content !== undefined && content['@_type'] !== 'text') throw new Error('content of another type');
  return {
    id,
    title,
    updated,
    content: content?.['#text'] ?? '',
    author: author?.[0].name,
    category: category?.[0]['@_term'],
    links: Object.fromEntries(links),
  };
}
