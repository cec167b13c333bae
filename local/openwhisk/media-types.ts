/**
 * Media types as the controller's HTTP library (Pekko HTTP) classifies them. A known type has its own flag; an unknown
 * one is text when it names a charset and binary when it does not.
 */

export interface MediaType {
  /** Lower-case `main/sub`. */
  value: string;
  /** Parameters besides charset, in order. */
  parameters: [name: string, value: string][];
  charset: string | undefined;
  binary: boolean;
}

/** Text types whose charset is always UTF-8 and therefore never written. */
const FIXED_CHARSET = new Set([
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/problem+json',
  'application/vnd.api+json',
  'application/x-www-form-urlencoded',
  'text/event-stream',
]);

const KNOWN_TEXT = new Set([
  ...FIXED_CHARSET,
  ...prefixed(
    'application',
    'atom+xml base64 javascript problem+xml rss+xml soap+xml vnd.google-earth.kml+xml x-latex x-vrml xhtml+xml xml xml-dtd',
  ),
  ...prefixed(
    'text',
    `asp cache-manifest calendar css csv html markdown mcf plain richtext tab-separated-values uri-list vnd.wap.wml
    vnd.wap.wmlscript x-asm x-c x-component x-h x-java-source x-pascal x-script x-scriptcsh x-scriptelisp x-scriptksh
    x-scriptlisp x-scriptperl x-scriptperl-module x-scriptphyton x-scriptrexx x-scriptscheme x-scriptsh x-scripttcl
    x-scripttcsh x-scriptzsh x-server-parsed-html x-setext x-sgml x-speech x-uuencode x-vcalendar x-vcard xml`,
  ),
]);

/** Binary, even with a charset. */
const KNOWN_BINARY = new Set([
  ...prefixed('application', 'cbor gnutar msword octet-stream pdf postscript zip x-gzip x-tar font-woff'),
  ...prefixed('font', 'woff woff2'),
  ...prefixed('image', 'gif jpeg pict png svg+xml tiff webp x-icon x-ms-bmp'),
  ...prefixed('audio', 'aiff basic midi mpeg ogg wav webm'),
  ...prefixed('video', 'mp4 mpeg ogg quicktime webm x-msvideo'),
]);

function prefixed(main: string, subtypes: string): string[] {
  return subtypes.split(/\s+/).map((sub) => `${main}/${sub}`);
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** The media type in a Content-Type value; undefined if it is invalid. */
export function readMediaType(text: string): MediaType | undefined {
  const [essence = '', ...rest] = text.split(';').map((part) => part.trim());
  const [main = '', sub = '', more] = essence.toLowerCase().split('/');
  if (more !== undefined || !TOKEN.test(main) || !TOKEN.test(sub)) return undefined;
  const parameters = rest.filter(Boolean).map(readParameter);
  const charset = parameters.find(([name]) => name === 'charset')?.[1];
  const value = `${main}/${sub}`;
  return {
    value,
    parameters: parameters.filter(([name]) => name !== 'charset'),
    charset: charset === undefined ? undefined : canonicalCharset(charset),
    binary: isBinary(value, charset !== undefined),
  };
}

function readParameter(text: string): [string, string] {
  const [name = '', ...value] = text.split('=');
  return [
    name.trim().toLowerCase(),
    value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}

/** Pekko writes charsets as IANA registers them: `UTF-8`, `ISO-8859-1`. */
function canonicalCharset(name: string): string {
  return name.toUpperCase();
}

function isBinary(value: string, charsetGiven: boolean): boolean {
  if (KNOWN_TEXT.has(value)) return false;
  if (KNOWN_BINARY.has(value) || value.startsWith('multipart/')) return true;
  return !charsetGiven;
}

/** The header text of a request's type. */
export function renderMediaType(type: MediaType): string {
  const charset = type.binary || FIXED_CHARSET.has(type.value) ? undefined : type.charset;
  return renderParameters(type) + (charset === undefined ? '' : `; charset=${charset}`);
}

function renderParameters({ value, parameters }: MediaType): string {
  return [value, ...parameters.map(([name, text]) => `${name}=${quoteIfNeeded(text)}`)].join('; ');
}

function quoteIfNeeded(value: string): string {
  return TOKEN.test(value) ? value : `"${value}"`;
}

/** The header text of an answer's type. Text is always UTF-8. */
export function renderAnswerType(type: MediaType): string {
  const isFixed = type.binary || FIXED_CHARSET.has(type.value);
  return renderParameters(type) + (isFixed ? '' : '; charset=UTF-8');
}

/** A type with parameters is another type to the platform. */
export function isJson({ value, parameters }: MediaType): boolean {
  return value === 'application/json' && parameters.length === 0;
}

export function isJsonFamily(type: MediaType): boolean {
  return isJson(type) || renderParameters(type).endsWith('+json');
}

/** Whether an Accept header accepts a type. The most specific range decides, and q=0 excludes. */
export function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const [main = ''] = type.split('/');
  const ranges = accept.split(',').map(readRange);
  for (const pattern of [type, `${main}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.value === pattern);
    if (range) return range.quality > 0;
  }
  return false;
}

function readRange(text: string): { value: string; quality: number } {
  const [value = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  return { value: value === '*' ? '*/*' : value, quality: q === undefined ? 1 : Number(q.slice(2)) };
}
