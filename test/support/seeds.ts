/**
 * Loaded before every test file (`node --import`): property tests run from one printed seed, so that a search by luck
 * never stops an unrelated change. `npm run fuzz` searches with fresh seeds, and prints the seed of what it finds.
 */
import fc from 'fast-check';

const fixed = 20_261_130;

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? fixed) });
