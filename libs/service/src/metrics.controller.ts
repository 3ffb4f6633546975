import { Controller, Get, Header } from '@nestjs/common';

/** The metrics of this process in the text format of Prometheus. */
export class Exposition {
  constructor(readonly print: () => Promise<string>) {}
}

@Controller('metrics')
export class MetricsController {
  constructor(private readonly exposition: Exposition) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.exposition.print();
  }
}
