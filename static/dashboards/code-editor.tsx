import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  insertBracket,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { jsonLanguage } from '@codemirror/lang-json';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import { completeDocument } from './completion.ts';
import type { Diagnostic } from './document-check.ts';

interface CodeEditorProps {
  text: string;
  onChange: (text: string) => void;
  /** Called with the editor once it is open. */
  onOpen: (code: Code) => void;
}

/** Hosts the editor, which keeps its own text. */
export function CodeEditor({ text, onChange, onOpen }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const code = openCode(host.current, text, onChange);
    onOpen(code);
    return () => code.close();
  }, []);
  return <div class="code-editor" ref={host} />;
}

/** An open editor. */
export interface Code {
  text(): string;
  replace(text: string): void;
  mark(diagnostics: Diagnostic[]): void;
  /** Scrolls to a position and puts the cursor there. */
  reveal(at: number): void;
  close(): void;
}

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--series-1)' },
  { tag: tags.string, color: 'var(--success)' },
  { tag: tags.number, color: 'var(--series-3)' },
  { tag: [tags.bool, tags.null], color: 'var(--series-4)' },
]);

const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace';

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: MONO, lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-2)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selected)',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-ink)',
  },
  '.cm-completionInfo': { maxWidth: '22rem', fontFamily: 'sans-serif' },
  '.cm-matchingBracket': { backgroundColor: 'var(--selected)', outline: '1px solid var(--line-strong)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-ground)' },
});

/** Handles typing over a selection. The browser would copy its style into an attribute, which the CSP refuses. */
const overtype = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state, composing } = view;
    if (event.inputType !== 'insertText' || !event.data || composing || state.selection.main.empty)
      return false;
    const change = insertBracket(state, event.data) ?? state.update(state.replaceSelection(event.data));
    view.dispatch(change, { userEvent: 'input.type', scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

/**
 * Opens an editor for a dashboard's text, in a shadow tree: there CodeMirror uses constructed style sheets, which the CSP
 * allows, unlike style elements.
 */
function openCode(host: HTMLElement, text: string, onChange: (text: string) => void): Code {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightActiveLine(),
      history(),
      drawSelection(),
      jsonLanguage,
      syntaxHighlighting(highlight),
      indentOnInput(),
      indentUnit.of('  '),
      bracketMatching(),
      closeBrackets(),
      search({ top: true }),
      highlightSelectionMatches(),
      lintGutter(),
      autocompletion({ override: [completeDocument] }),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.contentAttributes.of({ 'aria-label': 'The dashboard as JSON', tabindex: '0' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
      overtype,
      theme,
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  return {
    text: () => view.state.doc.toString(),
    replace: (wanted) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } }),
    mark(diagnostics) {
      const end = view.state.doc.length;
      const marks = diagnostics
        .filter(({ from }) => from <= end)
        .map(({ from, to, message }) => ({
          from,
          to: Math.min(end, to),
          message,
          severity: 'error' as const,
        }));
      view.dispatch(setDiagnostics(view.state, marks));
    },
    reveal(at) {
      const anchor = Math.min(at, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    close: () => view.destroy(),
  };
}
