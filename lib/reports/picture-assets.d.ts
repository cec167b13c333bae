/** What pictures are drawn with, packed with Brotli and as base64: see lib/reports/picture-assets.mjs. */
declare module 'virtual:picture-assets' {
  /** Skia as WebAssembly. */
  export const wasm: string;
  /** Inter as TrueType: a mail's picture cannot use the fonts of its reader. */
  export const font: string;
}
