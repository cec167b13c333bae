import { useEffect, useRef } from 'preact/hooks';
import { type Code, openCode } from './code-mirror.ts';

interface CodeEditorProps {
  text: string;
  onChange: (text: string) => void;
  /** Told the editor when it is there. */
  onOpen: (code: Code) => void;
}

/** The place of the editor; its text is its own until another is put into it. */
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
