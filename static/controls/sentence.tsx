/** A message of the API. Addresses in it become links. */
export function Sentence({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s“”"<>]*[^\s“”"<>.,;:)])/);
  return (
    <>
      {parts.map((part, place) =>
        place % 2 === 0 ? (
          part
        ) : (
          <a key={part} href={part} rel="noreferrer">
            {part}
          </a>
        ),
      )}
    </>
  );
}
