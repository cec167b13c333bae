import { Failure } from '../failure.ts';
import { type DashboardDocument, parseDocument } from './document.ts';
import { MAX_DOCUMENT_BYTES, sizeProblem } from './rules.ts';

const MAX_PROBLEMS = 20;
/** How much longer escaping makes a text, at most. */
const MAX_ESCAPED = 2.2;

/** Throws `document_too_large` when the text of a request is longer than 256 kB. */
export function requireDocumentSize(text: string): void {
  const problem = sizeProblem(text);
  if (problem) throw new Failure('document_too_large', problem);
}

/**
 * The document as it may be stored and drawn. Throws `dashboard_invalid` with the first twenty of its problems, each with
 * its place.
 */
function requireDocument(value: unknown): DashboardDocument {
  const { document, problems } = parseDocument(value);
  if (document) return document;
  const [{ path, message } = { path: '', message: '' }] = problems;
  const details = { problems: problems.slice(0, MAX_PROBLEMS) };
  throw new Failure('dashboard_invalid', path === '' ? message : `${path}: ${message}`, details);
}

/** A document that may be stored. */
export interface Checked {
  document: DashboardDocument;
  /** As it was written; of an object, compact JSON. */
  text: string;
}

/** Throws what `requireDocument` throws, and `document_too_large` for a text that is longer than 256 kB. */
export function requireWritten(sent: string | Record<string, unknown>): Checked {
  if (typeof sent === 'string') {
    requireDocumentSize(sent);
    return { document: requireDocument(parse(sent)), text: sent };
  }
  const document = requireDocument(sent);
  return { document, text: JSON.stringify(document) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const message = 'The text is not JSON.';
    throw new Failure('dashboard_invalid', message, { problems: [{ path: '', message }] });
  }
}

/** As part of a request, a text is longer: its quotation marks and line breaks are escaped. */
export function requireRequestSize(request: string): void {
  if (request.length <= MAX_ESCAPED * MAX_DOCUMENT_BYTES) return;
  throw new Failure(
    'document_too_large',
    `The body is longer than any dashboard: ${request.length} characters.`,
  );
}
