import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What a service counts, in the form of Prometheus. */
export class Figures {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: "mmspec_requests_total",
    help: "Requests that were answered, by route and status",
    labelNames: ["route", "status"],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: "mmspec_request_seconds",
    help: "Time from a request's head to the end of its answer",
    labelNames: ["route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  private readonly samples = new Counter({
    name: "mmspec_samples_total",
    help: "Samples that were predicted",
    registers: [this.registry],
  });
  private readonly active = new Gauge({
    name: "mmspec_predictions_active",
    help: "Requests for predictions that are answered or wait to be",
    registers: [this.registry],
  });

  constructor(model: string) {
    this.registry.setDefaultLabels({ model });
    collectDefaultMetrics({ register: this.registry });
  }

  answered(route: string, status: number, seconds: number): void {
    this.requests.inc({ route, status: String(status) });
    this.seconds.observe({ route }, seconds);
  }

  predicted(samples: number): void {
    this.samples.inc(samples);
  }

  waiting(requests: number): void {
    this.active.set(requests);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  get type(): string {
    return this.registry.contentType;
  }
}
