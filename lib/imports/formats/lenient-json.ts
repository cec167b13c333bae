export type LenientJson =
  | { documents: unknown[]; repairedAt: number | null; repair: string }
  | { brokenAt: number };

/** Where a document of a text begins and ends, and the signs in it that JSON does not allow. */
interface Span {
  start: number;
  end: number;
  plus: number[];
}

/** Finds the documents of a text that has one after the other, and plus signs before numbers, outside of strings. */
function findDocuments(text: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let start = 0;
  let plus: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === '+' && /[\s[,:]/.test(text[at - 1] ?? '') && /\d/.test(text[at + 1] ?? '')) {
      plus.push(at);
    } else if (character === '{' || character === '[') {
      if (depth === 0) start = at;
      depth++;
    } else if (character === '}' || character === ']') {
      depth--;
      if (depth > 0) continue;
      spans.push({ start, end: at + 1, plus });
      plus = [];
      depth = 0;
    }
  }
  return spans;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function parseSpan(text: string, { start, end, plus }: Span): unknown {
  let clean = '';
  let from = start;
  for (const at of plus) {
    clean += text.slice(from, at);
    from = at + 1;
  }
  return JSON.parse(clean + text.slice(from, end));
}

/** The place that JavaScript's message names, if it names one. */
function placeIn(error: unknown, text: string): number {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? text.length : Number(position);
}

/**
 * The JSON documents of a text. Reads too what tools write by mistake: several documents without anything between, and numbers
 * with a plus sign.
 */
export function parseLenientJson(text: string): LenientJson {
  let brokenAt = 0;
  try {
    return { documents: [JSON.parse(text)], repairedAt: null, repair: '' };
  } catch (error) {
    brokenAt = placeIn(error, text);
  }
  const spans = findDocuments(text);
  const between = spans.map(({ start }, index) => text.slice(spans[index - 1]?.end ?? 0, start));
  between.push(text.slice(spans.at(-1)?.end ?? 0));
  if (between.some((rest) => /[^\s,]/.test(rest))) return { brokenAt };
  try {
    const documents = spans.map((span) => parseSpan(text, span));
    const [firstPlus] = spans.flatMap(({ plus }) => plus);
    const repairedAt = spans.length > 1 ? (spans[1]?.start ?? 0) : (firstPlus ?? brokenAt);
    const repair =
      spans.length > 1 ? `${spans.length} documents are glued together` : 'numbers have a plus sign';
    return { documents, repairedAt, repair };
  } catch {
    return { brokenAt };
  }
}
