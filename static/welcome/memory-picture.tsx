const DAYS = 91;
const REMEMBERED = 14;
const WIDTH = 910;
const HEIGHT = 150;

/** A made-up quarter. GitHub still knows its last fourteen days. */
export function MemoryPicture() {
  const step = WIDTH / DAYS;
  const border = WIDTH - REMEMBERED * step;
  return (
    <figure class="memory">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="memory">
        <title id="memory">
          {DAYS} days: GitHub keeps the last {REMEMBERED}, all are kept here.
        </title>
        {Array.from({ length: DAYS }, (_, day) => {
          const height = heightOf(day);
          const forgotten = day < DAYS - REMEMBERED;
          return (
            <rect
              key={day}
              class={forgotten ? 'forgotten' : 'remembered'}
              x={day * step + 1.5}
              y={HEIGHT - height}
              width={step - 3}
              height={height}
            />
          );
        })}
        <line x1={border} x2={border} y1="0" y2={HEIGHT} />
      </svg>
      <figcaption>
        <span>Forgotten by GitHub, kept here</span>
        <span>GitHub’s 14 days</span>
      </figcaption>
    </figure>
  );
}

/** Quiet weekends and a slow rise. */
function heightOf(day: number): number {
  const weekend = day % 7 > 4 ? 0.45 : 1;
  return weekend * (45 + day * 0.55 + 22 * Math.sin(day / 5) + 12 * Math.sin(day * 2.3));
}
