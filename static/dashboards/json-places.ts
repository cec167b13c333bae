import { jsonLanguage } from '@codemirror/lang-json';
import type { Path } from './schema.ts';

/** A node of the syntax tree. */
export type SyntaxNode = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

/** The position of a value in the text, and of its property name. */
interface Span {
  from: number;
  to: number;
  key?: { from: number; to: number };
}

const isValue = ({ name }: SyntaxNode) =>
  ['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'].includes(name);

function valuesIn(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) if (isValue(child)) found.push(child);
  return found;
}

const propertyName = (node: SyntaxNode, text: string) => {
  try {
    return String(JSON.parse(text.slice(node.from, node.to)));
  } catch {
    return text.slice(node.from, node.to).replaceAll('"', '');
  }
};

/** The position of the value at a path, or of the nearest value around it. */
export function placeOf(text: string, path: Path): Span {
  const top = jsonLanguage.parser.parse(text).topNode;
  let node = valuesIn(top)[0] ?? top;
  let span: Span = { from: node.from, to: node.to };
  for (const step of path) {
    const next =
      typeof step === 'number' || node.name === 'Array' ? item(node, Number(step)) : member(node, step, text);
    if (!next) return span;
    node = next.value;
    span = { from: node.from, to: node.to, ...(next.key && { key: next.key }) };
  }
  return span;
}

interface Part {
  value: SyntaxNode;
  key?: { from: number; to: number };
}

function item(node: SyntaxNode, place: number): Part | undefined {
  const value = valuesIn(node)[place];
  return value && { value };
}

function member(node: SyntaxNode, name: string, text: string): Part | undefined {
  for (const property of node.getChildren('Property')) {
    const key = property.getChild('PropertyName');
    if (!key || propertyName(key, text) !== name) continue;
    return { value: valuesIn(property)[0] ?? key, key: { from: key.from, to: key.to } };
  }
  return undefined;
}

/** The path of the object, array or property of a node. */
export function pathOf(node: SyntaxNode, text: string): Path {
  const path: Path = [];
  for (let at: SyntaxNode = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (parent.name === 'Array') {
      const place = valuesIn(parent).findIndex(({ from }) => from === at.from);
      path.unshift(place < 0 ? valuesIn(parent).filter(({ to }) => to <= at.from).length : place);
    }
    const key = at.name === 'Property' ? at.getChild('PropertyName') : null;
    if (key) path.unshift(propertyName(key, text));
  }
  return path;
}

/** The position of the first syntax error. */
export function syntaxErrorAt(text: string): number {
  let at = text.length;
  jsonLanguage.parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) at = Math.min(at, node.from);
    },
  });
  return at;
}

/** A JSON pointer (RFC 6901) as a path. */
export const toPath = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
