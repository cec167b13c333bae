import { buildLocal } from '../build.mjs';

export default async function setup() {
  await buildLocal();
}
