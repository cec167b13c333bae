import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { FIRST_PAGE, replace, usePlace, withQuery } from '../location.ts';
import { useShortcut } from '../shortcuts.ts';
import { Icon } from './icon.tsx';

const PAUSE_MS = 400;

/** Searches as you type. The address keeps the search. */
export function SearchBox({ label }: { label: string }) {
  const place = usePlace();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', () => input.current?.focus());
  const asked = place.query.get('q') ?? '';
  const [text, setText] = useState(asked);

  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === asked) return;
    const timer = setTimeout(() => replace(withQuery(place, { q: wanted || null, ...FIRST_PAGE })), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, asked, place]);

  return (
    <search class="search searchbox">
      <label for={id} class="unseen">
        {label}
      </label>
      <Icon name="search" />
      <input
        ref={input}
        id={id}
        type="search"
        placeholder={label}
        maxLength={100}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </search>
  );
}
