// What pictures are drawn with, as a module, so that it is in the file of an action: Skia and a font, packed to a third.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';

const NAME = 'virtual:picture-assets';
const { resolve } = createRequire(import.meta.url);

const FILES = {
  wasm: 'canvaskit-wasm/bin/canvaskit.wasm',
  font: '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
};

/** The packages that these are of: their licences go along. */
export const PICTURE_PACKAGES = ['node_modules/canvaskit-wasm', 'node_modules/@expo-google-fonts/inter'];

/** Higher is slower to build, and saves little. */
const QUALITY = 5;

/** @param {string} file */
function pack(file) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY };
  return brotliCompressSync(readFileSync(resolve(file)), { params }).toString('base64');
}

/** @type {string | undefined} */
let source;

function toSource() {
  source ??= Object.entries(FILES)
    .map(([name, file]) => `export const ${name} = '${pack(file)}';\n`)
    .join('');
  return source;
}

/** For the build. @type {import('esbuild').Plugin} */
export const picturesForBuild = {
  name: 'picture-assets',
  setup(build) {
    const filter = new RegExp(`^${NAME}$`);
    build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: 'pictures' }));
    build.onLoad({ filter, namespace: 'pictures' }, () => ({ contents: toSource() }));
  },
};

/** For Vitest. */
export const picturesForTests = {
  name: 'picture-assets',
  resolveId: (/** @type {string} */ id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (/** @type {string} */ id) => (id === `\0${NAME}` ? toSource() : undefined),
};
