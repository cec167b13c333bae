import { Failure } from '../failure.ts';
import { DashboardDocument } from './document.ts';
import { listSpecProblems } from './vega-lite-check.ts';

/** What is wrong with a document, and where: a JSON pointer (RFC 6901). */
interface DocumentProblem {
  path: string;
  message: string;
}

const MAX_BYTES = 262_144;
const MAX_PROBLEMS = 20;
const MAX_DEPTH = 50;

const toPointer = (path: readonly PropertyKey[]) =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Throws `document_too_large` when a document's text is longer than 256 kB. */
export function requireDocumentSize(text: string): void {
  if (Buffer.byteLength(text) <= MAX_BYTES) return;
  const message = `A dashboard must be at most ${MAX_BYTES} bytes long; this is ${Buffer.byteLength(text)}.`;
  throw new Failure(413, 'document_too_large', message);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function listProblems(parsed: DashboardDocument): DocumentProblem[] {
  return parsed.tabs.flatMap(({ widgets }, tab) =>
    widgets.flatMap(({ x, w, spec }, widget) => {
      const at = `/tabs/${tab}/widgets/${widget}`;
      const wide = x + w > 12 ? [{ path: `${at}/w`, message: 'x + w must be at most 12.' }] : [];
      return [...wide, ...listSpecProblems(spec, `${at}/spec`)];
    }),
  );
}

/**
 * The document as it may be stored and drawn. Throws `dashboard_invalid` with the first twenty of its problems, each with
 * its place.
 */
export function requireDocument(document: unknown): DashboardDocument {
  if (isDeeper(document, MAX_DEPTH)) {
    const problem = { path: '', message: `This is nested more than ${MAX_DEPTH} levels deep.` };
    throw new Failure(422, 'dashboard_invalid', problem.message, { problems: [problem] });
  }
  const parsed = DashboardDocument.safeParse(document);
  const problems = parsed.success
    ? listProblems(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ path: toPointer(path), message }));
  const [first] = problems;
  if (first === undefined && parsed.success) return parsed.data;
  const sentence = `${first?.path ?? ''}: ${first?.message ?? ''}`;
  throw new Failure(422, 'dashboard_invalid', sentence, { problems: problems.slice(0, MAX_PROBLEMS) });
}
