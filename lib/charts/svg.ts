import { escapeMarkup } from '../markup.ts';
import type { PathShape, Shape, TextShape } from './scene.ts';

/** Gives the color of a custom property of the styles, such as '--views', in one theme. */
export type ColorOf = (property: string) => string;

interface Picture {
  width: number;
  height: number;
  /** What the picture shows, for those who cannot see it. */
  title: string;
  /** The same in more words. */
  description?: string;
}

/** The shapes as an SVG document that needs nothing else: no styles, no scripts, no pictures. */
export function toSvg(
  shapes: readonly Shape[],
  { width, height, title, description }: Picture,
  colorOf: ColorOf,
): string {
  const font = escapeMarkup(colorOf('--font').replaceAll('"', "'"));
  const parts = shapes.map((shape) =>
    shape.kind === 'text' ? toText(shape, colorOf) : toPath(shape, colorOf),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${font}" font-size="12" stroke-linecap="round" stroke-linejoin="round">`,
    `<title>${escapeMarkup(title)}</title>`,
    ...(description === undefined ? [] : [`<desc>${escapeMarkup(description)}</desc>`]),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function toText({ x, y, text, anchor, fill, bold }: TextShape, colorOf: ColorOf): string {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${colorOf(fill)}"${weight}>${escapeMarkup(text)}</text>`;
}

function toPath({ d, fill, stroke, width, dash, alpha, at }: PathShape, colorOf: ColorOf): string {
  const attributes = [
    `fill="${fill ? colorOf(fill) : 'none'}"`,
    stroke && `stroke="${colorOf(stroke)}"`,
    stroke && width !== undefined && width !== 1 && `stroke-width="${width}"`,
    stroke && dash && dash.length > 0 && `stroke-dasharray="${dash.join(' ')}" stroke-linecap="butt"`,
    alpha !== undefined && alpha !== 1 && `opacity="${alpha}"`,
    at &&
      `transform="translate(${round(at.x)} ${round(at.y)})${at.scale === 1 ? '' : ` scale(${at.scale})`}"`,
  ];
  return `<path d="${d}" ${attributes.filter(Boolean).join(' ')}/>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
