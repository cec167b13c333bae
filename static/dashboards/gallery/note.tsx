/** The text of a note: paragraphs and lists. It is only ever text: no markup, no links. */
export function Note({ text }: { text: string }) {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== '');
  if (blocks.length === 0) return <p class="none">No text yet.</p>;
  return (
    <div class="note">
      {blocks.map((block, at) => (
        <Block key={at} lines={block.split('\n').filter((line) => line.trim() !== '')} />
      ))}
    </div>
  );
}

const ITEM = /^\s*-\s+/;

function Block({ lines }: { lines: string[] }) {
  const intro = lines.findIndex((line) => ITEM.test(line));
  const before = intro === -1 ? lines : lines.slice(0, intro);
  const items = intro === -1 ? [] : lines.slice(intro);
  return (
    <>
      {before.length > 0 && <p>{before.join('\n')}</p>}
      {items.length > 0 && (
        <ul>
          {items.map((line, at) => (
            <li key={at}>{line.replace(ITEM, '')}</li>
          ))}
        </ul>
      )}
    </>
  );
}
