export { prometheusMeter } from './prometheus-meter.ts';
