import { Readiness, type DependencyOutage } from '@batchmill/stage';
import { Controller, Get, HttpException } from '@nestjs/common';

interface Health {
  readonly status: 'ok' | 'not ready';
  readonly outages: readonly DependencyOutage[];
}

/** Live: the process answers. Ready: its stages run, and no dependency is unavailable. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): Health {
    const health: Health = { status: this.readiness.isReady ? 'ok' : 'not ready', outages: this.readiness.outages };
    if (!this.readiness.isReady) throw new HttpException(health, 503);
    return health;
  }
}
