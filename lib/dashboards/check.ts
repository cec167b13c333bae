import { Failure } from '../failure.ts';
import { type DashboardDocument, parseDocument } from './document.ts';
import { sizeProblem } from './rules.ts';

const MAX_PROBLEMS = 20;

/** Throws `document_too_large` when the text of a request is longer than 256 kB. */
export function requireDocumentSize(text: string): void {
  const problem = sizeProblem(text);
  if (problem) throw new Failure('document_too_large', problem);
}

/**
 * The document as it may be stored and drawn. Throws `dashboard_invalid` with the first twenty of its problems, each with
 * its place.
 */
export function requireDocument(value: unknown): DashboardDocument {
  const { document, problems } = parseDocument(value);
  if (document) return document;
  const [{ path, message } = { path: '', message: '' }] = problems;
  const details = { problems: problems.slice(0, MAX_PROBLEMS) };
  throw new Failure('dashboard_invalid', path === '' ? message : `${path}: ${message}`, details);
}
