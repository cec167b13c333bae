import { Field } from './field.tsx';

/**
 * Copies a text. Where the browser does not let a page copy, throws a sentence that ends with `advice`, what to do instead.
 */
export async function copyText(text: string, advice: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => {
    throw new Error(`The browser does not let this page copy. ${advice}`);
  });
}

interface ShownTextProps {
  label: string;
  text: string;
  error?: string | undefined;
}

/** A text to copy. A click selects all of it. */
export function ShownText({ label, text, error }: ShownTextProps) {
  return (
    <Field
      label={label}
      class="code"
      readOnly
      spellcheck={false}
      value={text}
      onValue={() => undefined}
      onFocus={(event) => event.currentTarget.select()}
      error={error}
    />
  );
}
