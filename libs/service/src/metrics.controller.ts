import { Controller, Get, Header } from '@nestjs/common';

/** What is counted in this process, as Prometheus reads it. */
export class Exposition {
  constructor(readonly now: () => Promise<string>) {}
}

/** For Prometheus, and whoever else reads its format. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly exposition: Exposition) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.exposition.now();
  }
}
