import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorView } from '@codemirror/view';
import { pathOf, type SyntaxNode } from './json-places.ts';
import { alternativesOf, listedValues, type Schema, schemasAt } from './schema.ts';

/** Suggests the names and values that the schema allows at the cursor. */
export function completeDocument(context: CompletionContext): CompletionResult | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  const text = context.state.doc.toString();
  if (node.name === 'PropertyName') return names(node, node.parent?.parent ?? null, text);
  const property = valueOwner(node);
  if (property) return values(node, property, text, context);
  const object = node.name === 'Object' ? node : node.parent?.name === 'Object' ? node.parent : null;
  if (!object || !(context.explicit || node.name === 'String')) return null;
  return names({ from: context.pos, to: context.pos }, object, text);
}

/** The property or array that holds the value at the cursor, or would hold it. */
function valueOwner(node: SyntaxNode): SyntaxNode | null {
  if (node.name === 'Property' || node.name === 'Array') return node;
  const { parent } = node;
  const isScalar = ['String', 'Number', 'True', 'False', 'Null', '⚠'].includes(node.name);
  return isScalar && (parent?.name === 'Property' || parent?.name === 'Array') ? parent : null;
}

interface Range {
  from: number;
  to: number;
}

function names(range: Range, object: SyntaxNode | null, text: string): CompletionResult | null {
  if (!object) return null;
  const schemas = schemasAt(pathOf(object, text));
  const here = object
    .getChildren('Property')
    .flatMap((property) => property.getChild('PropertyName') ?? [])
    .filter(({ from }) => from !== range.from)
    .map(({ from, to }) => text.slice(from + 1, to - 1));
  const found = new Map<string, Schema>();
  for (const { properties = {} } of schemas)
    for (const [name, schema] of Object.entries(properties))
      if (!here.includes(name) && !found.has(name)) found.set(name, schema);
  const options = [...found].map(([name, schema]) => toName(name, schema, range, text));
  return options.length > 0 ? { from: range.from, to: range.to, options, validFor: /^"?[\w$]*"?$/ } : null;
}

function toName(name: string, schema: Schema, { to }: Range, text: string): Completion {
  const known = alternativesOf(schema);
  const described = schema.description ?? known.find(({ description }) => description)?.description;
  const hasValue = /^\s*:/.test(text.slice(to));
  const [before, after] = hasValue ? ['', ''] : stub(known);
  return {
    label: `"${name}"`,
    type: 'property',
    ...(described && { info: withoutLinks(described) }),
    apply: (view, _, from, end) =>
      insert(view, from, end, `"${name}"${hasValue ? '' : ': '}${before}`, after),
  };
}

/** Descriptions are Markdown: removes their links. */
const withoutLinks = (description: string) =>
  description.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').slice(0, 500);

function stub(schemas: Schema[]): [string, string] {
  const types = new Set(schemas.flatMap(({ type }) => type ?? []));
  if (types.has('string') || listedValues(schemas).some((value) => typeof value === 'string'))
    return ['"', '"'];
  if (types.has('array')) return ['[', ']'];
  return types.has('object') ? ['{', '}'] : ['', ''];
}

function insert(view: EditorView, from: number, to: number, before: string, after: string) {
  view.dispatch({
    changes: { from, to, insert: before + after },
    selection: { anchor: from + before.length },
    userEvent: 'input.complete',
  });
}

function values(
  node: SyntaxNode,
  owner: SyntaxNode,
  text: string,
  context: CompletionContext,
): CompletionResult | null {
  const path = pathOf(owner, text);
  const schemas = owner.name === 'Array' ? schemasAt([...path, 0]) : schemasAt(path);
  const options = listedValues(schemas).map((value) => ({ label: JSON.stringify(value), type: 'enum' }));
  if (options.length === 0) return null;
  const isWritten = node !== owner && node.name !== '⚠';
  if (!isWritten && !context.explicit) return null;
  const range = isWritten ? node : { from: context.pos, to: context.pos };
  return { from: range.from, to: range.to, options, validFor: /^"?[\w$-]*"?$/ };
}
