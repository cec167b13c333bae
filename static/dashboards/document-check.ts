import './without-eval.ts';
import { parseDocument, Widget } from '../../lib/dashboards/document.ts';
import { MAX_ROW } from '../../lib/dashboards/gallery.ts';
import { type Problem, sizeProblem, toPointer } from '../../lib/dashboards/rules.ts';
import { type DashboardDocument, toChange } from './document.ts';
import { placeOf, syntaxErrorAt, toPath } from './json-places.ts';
import type { Path } from './schema.ts';
import { listMisfits, type Misfit } from './schema-check.ts';

/** A problem with its place in the text. */
export interface Diagnostic {
  from: number;
  to: number;
  message: string;
}

export interface Checked {
  diagnostics: Diagnostic[];
  /** The document, if a preview of it can be drawn. */
  document: DashboardDocument | undefined;
}

/**
 * Checks a dashboard's text before it is saved over a version: everything the API checks, with the same function, and what
 * Vega-Lite's own schema finds as well.
 */
export function checkText(text: string, version: number): Checked {
  const parsed = parse(text);
  if ('diagnostic' in parsed) return { diagnostics: [parsed.diagnostic], document: undefined };
  const { value } = parsed;
  const tooLong = sizeProblem(JSON.stringify(toChange(value, version)));
  const misfits = listMisfits(value);
  const problems = parseDocument(value).problems.filter((problem) => !isCovered(problem, misfits));
  const diagnostics = [
    ...(tooLong ? [toDiagnostic(text, [], tooLong)] : []),
    ...misfits.map(({ path, atKey, message }) => toDiagnostic(text, path, message, atKey)),
    ...toDiagnostics(text, problems),
  ];
  return { diagnostics, document: isDrawable(value) ? value : undefined };
}

/** The schemas give a more precise message at the same place or inside it. */
const isCovered = ({ path }: Problem, misfits: Misfit[]) =>
  misfits.some((misfit) => `${toPointer(misfit.path)}/`.startsWith(`${path}/`));

function parse(text: string): { value: unknown } | { diagnostic: Diagnostic } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const from = syntaxErrorAt(text);
    const message = (error as Error).message.replace(
      /,? \.{3}.*| in JSON at position.*| \(line \d+.*| is not valid JSON$/s,
      '',
    );
    return {
      diagnostic: { from, to: Math.min(text.length, from + 1), message: `This is not JSON: ${message}` },
    };
  }
}

function toDiagnostic(text: string, path: Path, message: string, atKey = false): Diagnostic {
  const place = placeOf(text, path);
  const { from, to } = (atKey && place.key) || place;
  return { from, to: Math.min(to, text.indexOf('\n', from) < 0 ? to : text.indexOf('\n', from)), message };
}

/** Problems at their places in the text. */
export const toDiagnostics = (text: string, problems: Problem[]): Diagnostic[] =>
  problems.map(({ path, message }) => toDiagnostic(text, toPath(path), message));

/** Complete enough for a preview. */
function isDrawable(value: unknown): value is DashboardDocument {
  const { tabs } = (value ?? {}) as { tabs?: unknown };
  return (
    Array.isArray(tabs) &&
    tabs.every(
      (tab) => Array.isArray(tab?.widgets) && tab.widgets.every((widget: unknown) => isPlaced(widget)),
    )
  );
}

function isPlaced(widget: unknown): boolean {
  const { x, y, w, h, spec, kind } = (widget ?? {}) as Record<string, unknown>;
  if (spec === undefined && kind !== undefined) return Widget.safeParse(widget).success;
  return (
    [x, y, w, h].every((number) => Number.isInteger(number) && Number(number) <= MAX_ROW) &&
    spec !== undefined
  );
}
