export { nearest } from '../core/expression/nearest.ts';
