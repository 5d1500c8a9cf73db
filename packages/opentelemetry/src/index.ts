export { openTelemetryTracing } from './open-telemetry-tracing.ts';
