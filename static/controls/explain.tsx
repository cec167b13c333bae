import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Term, TermName } from '../glossary.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

interface ExplainProps {
  term: TermName;
  /** What is explained. Default: a question mark. */
  children?: ComponentChildren;
}

/** Explains a figure or a state where it stands. */
export function Explain({ term, children }: ExplainProps) {
  return (
    <Popover
      label="What this means"
      content={children ?? <Icon name="help" />}
      class={children ? 'explained' : 'iconbtn explained'}
      {...(children ? {} : { name: 'What this means' })}
    >
      {() => <Text term={term} />}
    </Popover>
  );
}

/** The texts come when the first one is asked for. */
function Text({ term }: { term: TermName }) {
  const [found, setFound] = useState<Term>();
  useEffect(() => {
    import('../glossary.ts').then(
      ({ GLOSSARY }) => setFound(GLOSSARY[term]),
      () => setFound({ title: 'Help', text: 'It could not be loaded. Reload the page.' }),
    );
  }, [term]);
  if (!found) return <p role="status">Loading…</p>;
  return (
    <>
      <p>
        <strong>{found.title}</strong>
      </p>
      <p>{found.text}</p>
    </>
  );
}
