import { useState } from 'preact/hooks';
import { copyText, ShownText } from '../controls/shown-text.tsx';
import { useSubmission } from '../controls/submit.ts';
import type { Snippet } from './snippets.ts';

/** A text with a button that copies it. */
export function CopiedText({ label, text }: Snippet) {
  const submission = useSubmission();
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void submission.run(async () => {
      await copyText(text, `Copy it from here: ${text}`);
      setCopied(true);
    });
  return (
    <div class="share-made">
      <ShownText label={label} text={text} error={submission.error?.message} />
      <button type="button" class="button" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
        <span class="unseen"> {label}</span>
      </button>
    </div>
  );
}
